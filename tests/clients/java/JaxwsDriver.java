import com.google.gson.JsonObject;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Comparator;
import javax.jws.WebParam;
import javax.xml.ws.Service;
import javax.xml.ws.WebEndpoint;
import javax.xml.ws.soap.SOAPFaultException;

/** Drives the proxies that JAX-WS' wsimport makes. */
final class JaxwsDriver extends Driver {
    public static void main(String[] services) throws Exception {
        new JaxwsDriver().run(services);
    }

    @Override
    Object port(GeneratedClasses classes) throws Exception {
        Class<?> service = classes.first(Service.class::isAssignableFrom);
        // Of several ports the one with the shortest name: that of SOAP 1.1.
        Method port = Arrays.stream(service.getMethods())
            .filter(each -> each.isAnnotationPresent(WebEndpoint.class) && each.getParameterCount() == 0)
            .min(Comparator.comparing(each -> each.getName().length()))
            .orElseThrow();
        return port.invoke(service.getConstructor().newInstance());
    }

    @Override
    String nameOf(Parameter parameter) {
        return parameter.getAnnotation(WebParam.class).name();
    }

    @Override
    JsonObject faultOf(Throwable thrown) {
        JsonObject told = new JsonObject();
        try {
            if (thrown instanceof SOAPFaultException) {
                told.addProperty("text", ((SOAPFaultException) thrown).getFault().getFaultString());
                return told;
            }
            Method info = thrown.getClass().getMethod("getFaultInfo");
            told.addProperty("text", thrown.getMessage());
            told.add("detail", Values.plain(info.invoke(thrown)));
            return told;
        } catch (NoSuchMethodException notAFault) {
            return null;
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }
}
