import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import javax.xml.namespace.QName;
import javax.xml.rpc.ParameterMode;
import org.apache.axis.Constants;
import org.apache.axis.client.Call;
import org.apache.axis.client.Service;

/**
 * Hands in one batch with Axis 1.4 as it is set up by itself, without a stub: `AxisCall ADDRESS`, with batch and
 * password as JSON on the input. What it is told, it prints.
 */
final class AxisCall {
    private static final String NAMESPACE = "http://AltInn.no/webservices/";

    public static void main(String[] arguments) throws Exception {
        InputStreamReader input = new InputStreamReader(System.in, StandardCharsets.UTF_8);
        JsonObject given = JsonParser.parseReader(input).getAsJsonObject();
        Call call = (Call) new Service().createCall();
        call.setTargetEndpointAddress(arguments[0]);
        call.setOperationName(new QName(NAMESPACE, "SubmitBatchPw"));
        call.setUseSOAPAction(true);
        call.setSOAPActionURI(NAMESPACE + "SubmitBatchPw");
        String[] names = {"batch", "password"};
        Object[] values = new Object[names.length];
        for (int place = 0; place < names.length; place++) {
            call.addParameter(new QName(NAMESPACE, names[place]), Constants.XSD_STRING, ParameterMode.IN);
            values[place] = given.get(names[place]).getAsString();
        }
        call.setReturnType(Constants.XSD_STRING);
        new PrintStream(System.out, true, StandardCharsets.UTF_8).print((String) call.invoke(values));
    }
}
