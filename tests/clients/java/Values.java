import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Calendar;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.bind.DatatypeConverter;
import javax.xml.bind.JAXBElement;
import javax.xml.datatype.DatatypeFactory;
import javax.xml.datatype.XMLGregorianCalendar;

/** Between JSON and the values of generated classes, of Axis and of JAXB alike, by reflection. Bytes are {"base64": …}. */
final class Values {
    private Values() {}

    // -- in ------------------------------------------------------------------------------------

    /** The value that a parameter or member of this type takes. */
    static Object typed(JsonElement json, Type type) throws Exception {
        if (type instanceof ParameterizedType) {
            Type item = ((ParameterizedType) type).getActualTypeArguments()[0];
            return json == null ? null : typedList(json, item);
        }
        Class<?> wanted = (Class<?>) type;
        if (json == null || json.isJsonNull()) {
            return wanted.isPrimitive() ? Array.get(Array.newInstance(wanted, 1), 0) : null;
        }
        if (wanted == byte[].class) {
            return Base64.getDecoder().decode(json.getAsJsonObject().get("base64").getAsString());
        }
        if (wanted.isArray()) {
            return typedArray(json, wanted.getComponentType());
        }
        return json.isJsonObject() ? typedBean(json.getAsJsonObject(), wanted) : typedScalar(json, wanted);
    }

    private static Object typedScalar(JsonElement json, Class<?> wanted) throws Exception {
        String text = json.getAsString();
        if (wanted == String.class || wanted == Object.class) {
            return text;
        }
        if (wanted == int.class || wanted == Integer.class) {
            return Integer.valueOf(text);
        }
        if (wanted == long.class || wanted == Long.class) {
            return Long.valueOf(text);
        }
        if (wanted == boolean.class || wanted == Boolean.class) {
            return Boolean.valueOf(text);
        }
        if (wanted == BigDecimal.class || wanted == BigInteger.class) {
            return wanted.getConstructor(String.class).newInstance(text);
        }
        if (wanted == Calendar.class) {
            return DatatypeConverter.parseDateTime(text);
        }
        if (wanted == XMLGregorianCalendar.class) {
            return DatatypeFactory.newInstance().newXMLGregorianCalendar(text);
        }
        // An enumeration: JAXB's is a Java one, Axis' a class; both are made from the word on the wire.
        return wanted.getMethod(wanted.isEnum() ? "fromValue" : "fromString", String.class).invoke(null, text);
    }

    // Axis has flattened a list's own element: {"Form": […]} is Form[].
    private static JsonArray items(JsonElement json) {
        if (json.isJsonArray()) {
            return json.getAsJsonArray();
        }
        return json.getAsJsonObject().entrySet().iterator().next().getValue().getAsJsonArray();
    }

    private static Object typedArray(JsonElement json, Class<?> item) throws Exception {
        JsonArray given = items(json);
        Object array = Array.newInstance(item, given.size());
        for (int place = 0; place < given.size(); place++) {
            Array.set(array, place, typed(given.get(place), item));
        }
        return array;
    }

    private static List<Object> typedList(JsonElement json, Type item) throws Exception {
        List<Object> list = new ArrayList<>();
        for (JsonElement each : items(json)) {
            list.add(typed(each, item));
        }
        return list;
    }

    private static Object typedBean(JsonObject members, Class<?> wanted) throws Exception {
        Object bean = wanted.getConstructor().newInstance();
        for (Map.Entry<String, JsonElement> member : members.entrySet()) {
            give(bean, member.getKey(), member.getValue());
        }
        return bean;
    }

    @SuppressWarnings("unchecked")
    private static void give(Object bean, String name, JsonElement value) throws Exception {
        Method setter = named(bean.getClass(), "set" + name, 1);
        if (setter == null) {
            // JAXB gives a list by its getter, to be filled.
            Method getter = named(bean.getClass(), "get" + name, 0);
            if (getter == null) {
                throw new IllegalArgumentException(bean.getClass().getSimpleName() + " has no member " + name);
            }
            Type item = ((ParameterizedType) getter.getGenericReturnType()).getActualTypeArguments()[0];
            ((List<Object>) getter.invoke(bean)).addAll(typedList(value, item));
            return;
        }
        Type type = setter.getGenericParameterTypes()[0];
        setter.invoke(bean, isElement(type) ? element(bean, name, value, type) : typed(value, type));
    }

    private static boolean isElement(Type type) {
        return type instanceof ParameterizedType && ((ParameterizedType) type).getRawType() == JAXBElement.class;
    }

    // What may be nil is a JAXBElement, which the factory beside the class makes.
    private static Object element(Object bean, String name, JsonElement value, Type type) throws Exception {
        Class<?> owner = bean.getClass();
        Class<?> factory = owner.getClassLoader().loadClass(owner.getPackageName() + ".ObjectFactory");
        Method create = named(factory, "create" + owner.getSimpleName() + name, 1);
        Object typed = typed(value, create.getGenericParameterTypes()[0]);
        return create.invoke(factory.getConstructor().newInstance(), typed);
    }

    private static Method named(Class<?> owner, String name, int parameters) {
        for (Method each : owner.getMethods()) {
            if (each.getName().equalsIgnoreCase(name) && each.getParameterCount() == parameters) {
                return each;
            }
        }
        return null;
    }

    // -- out -----------------------------------------------------------------------------------

    /** A value of a generated class as JSON: members by the names of their getters. */
    static JsonElement plain(Object value) throws Exception {
        if (value == null) {
            return JsonNull.INSTANCE;
        }
        if (value instanceof JAXBElement) {
            return plain(((JAXBElement<?>) value).getValue());
        }
        if (value instanceof Boolean) {
            return new JsonPrimitive((Boolean) value);
        }
        if (value instanceof Number) {
            return new JsonPrimitive((Number) value);
        }
        if (value instanceof byte[]) {
            JsonObject bytes = new JsonObject();
            bytes.addProperty("base64", Base64.getEncoder().encodeToString((byte[]) value));
            return bytes;
        }
        if (value instanceof Calendar) {
            return new JsonPrimitive(DatatypeConverter.printDateTime((Calendar) value));
        }
        if (value instanceof Collection || value.getClass().isArray()) {
            return plainList(value);
        }
        return isScalar(value) ? new JsonPrimitive(word(value)) : plainBean(value);
    }

    private static boolean isScalar(Object value) {
        return value instanceof String || value instanceof XMLGregorianCalendar || isWord(value);
    }

    private static boolean isWord(Object value) {
        return value instanceof Enum || named(value.getClass(), "fromString", 1) != null;
    }

    private static String word(Object value) throws Exception {
        return value instanceof Enum ? (String) value.getClass().getMethod("value").invoke(value) : value.toString();
    }

    private static JsonElement plainList(Object value) throws Exception {
        Object[] items = value instanceof Collection ? ((Collection<?>) value).toArray() : (Object[]) value;
        JsonArray list = new JsonArray();
        for (Object each : items) {
            list.add(plain(each));
        }
        return list;
    }

    /** The members that the bean's own class declares getters for. */
    static JsonObject plainBean(Object bean) throws Exception {
        Map<String, JsonElement> members = new TreeMap<>();
        for (Method each : bean.getClass().getDeclaredMethods()) {
            String name = each.getName().replaceFirst("^(get|is)(?=[A-Z_])", "");
            boolean isGetter = !name.equals(each.getName()) && each.getParameterCount() == 0;
            if (isGetter && Modifier.isPublic(each.getModifiers()) && !Modifier.isStatic(each.getModifiers())) {
                members.put(name, plain(each.invoke(bean)));
            }
        }
        JsonObject plain = new JsonObject();
        members.forEach(plain::add);
        return plain;
    }
}
