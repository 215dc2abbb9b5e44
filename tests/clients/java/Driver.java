import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Calls whatever it is told to with generated Java proxies: one JSON call a line in, one JSON answer a line out.
 *
 * It knows no contract: a subclass for each toolchain finds the generated port, and Values turns JSON into what its
 * methods take. Arguments are `service=directory of classes`.
 */
abstract class Driver {
    private static final Gson JSON = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    private final Map<String, Object> ports = new HashMap<>();

    /** The port of the service whose generated classes are in this directory. */
    abstract Object port(GeneratedClasses classes) throws Exception;

    /** The name in the contract of a parameter. */
    abstract String nameOf(Parameter parameter);

    /** The fault that the proxy threw as this exception, or null where it is something else. */
    abstract JsonObject faultOf(Throwable thrown);

    void run(String[] services) throws Exception {
        for (String each : services) {
            String[] parts = each.split("=", 2);
            ports.put(parts[0], port(new GeneratedClasses(parts[1])));
        }
        BufferedReader calls = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = calls.readLine(); line != null; line = calls.readLine()) {
            answers.println(JSON.toJson(answer(JsonParser.parseString(line).getAsJsonObject())));
        }
    }

    private JsonObject answer(JsonObject call) throws Exception {
        Object port = ports.get(call.get("service").getAsString());
        Method method = methodOf(port, call.get("operation").getAsString());
        JsonObject answer = new JsonObject();
        try {
            Object result = method.invoke(port, arguments(method, call.getAsJsonObject("arguments")));
            answer.add("result", Values.plain(result));
        } catch (InvocationTargetException thrown) {
            JsonObject fault = faultOf(thrown.getCause());
            if (fault == null) {
                thrown.getCause().printStackTrace();
                answer.addProperty("error", thrown.getCause().toString());
            } else {
                answer.add("fault", fault);
            }
        }
        return answer;
    }

    private static Method methodOf(Object port, String operation) {
        // Of the generated interface, whose parameters have names; operations begin with a small letter in Java.
        return Arrays.stream(port.getClass().getInterfaces())
            .flatMap(each -> Arrays.stream(each.getMethods()))
            .filter(each -> each.getName().equalsIgnoreCase(operation))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("the port has no method " + operation));
    }

    private Object[] arguments(Method method, JsonObject given) throws Exception {
        Parameter[] parameters = method.getParameters();
        Type[] types = method.getGenericParameterTypes();
        Object[] values = new Object[parameters.length];
        for (int place = 0; place < values.length; place++) {
            JsonElement value = given.remove(nameOf(parameters[place]));
            values[place] = Values.typed(value, types[place]);
        }
        if (given.size() > 0) {
            throw new IllegalArgumentException(method + " takes no " + given.keySet());
        }
        return values;
    }
}
