import com.google.gson.JsonObject;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.rmi.Remote;
import javax.xml.rpc.Service;
import org.apache.axis.AxisFault;

/** Drives the stubs that Axis 1.4's WSDL2Java makes. */
final class AxisDriver extends Driver {
    public static void main(String[] services) throws Exception {
        new AxisDriver().run(services);
    }

    @Override
    Object port(GeneratedClasses classes) throws Exception {
        Class<?> locator = classes.first(each -> Service.class.isAssignableFrom(each) && !each.isInterface());
        for (Method each : locator.getMethods()) {
            if (Remote.class.isAssignableFrom(each.getReturnType()) && each.getParameterCount() == 0) {
                return each.invoke(locator.getConstructor().newInstance());
            }
        }
        throw new IllegalStateException(locator + " has no port");
    }

    @Override
    String nameOf(Parameter parameter) {
        return parameter.getName();
    }

    @Override
    JsonObject faultOf(Throwable thrown) {
        if (!(thrown instanceof AxisFault)) {
            return null;
        }
        AxisFault fault = (AxisFault) thrown;
        JsonObject told = new JsonObject();
        told.addProperty("text", fault.getFaultString());
        if (fault.getClass() != AxisFault.class) {
            try {
                told.add("detail", Values.plainBean(fault));
            } catch (Exception error) {
                throw new IllegalStateException(error);
            }
        }
        return told;
    }
}
