// Calls whatever it is told to with proxies that `wsdl` made: one JSON call a line in, one JSON answer a line out.
// It knows no contract: the proxy of a service is the one SoapHttpClientProtocol in the namespace of its name.
// Bytes are {"base64": …} in JSON.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Web.Script.Serialization;
using System.Web.Services.Protocols;
using System.Xml;

public static class Driver
{
    static readonly JavaScriptSerializer Json = new JavaScriptSerializer { MaxJsonLength = int.MaxValue };
    static readonly Dictionary<string, SoapHttpClientProtocol> Proxies = new Dictionary<string, SoapHttpClientProtocol>();

    public static void Main()
    {
        string line;
        while ((line = Console.In.ReadLine()) != null)
        {
            var call = Json.Deserialize<Dictionary<string, object>>(line);
            Console.Out.WriteLine(Json.Serialize(Answer(call)));
            Console.Out.Flush();
        }
    }

    static object Answer(Dictionary<string, object> call)
    {
        var proxy = Proxy((string)call["service"]);
        var method = proxy.GetType().GetMethod((string)call["operation"]);
        if (method == null)
            return new { error = "the proxy has no method " + call["operation"] };
        var given = (Dictionary<string, object>)call["arguments"];
        var arguments = method.GetParameters().Select(each => Argument(each, given)).ToArray();
        try
        {
            var result = method.Invoke(proxy, arguments);
            return new { result = method.ReturnType == typeof(void) ? Told(method, arguments) : Plain(result) };
        }
        catch (TargetInvocationException thrown)
        {
            var fault = thrown.InnerException as SoapException;
            if (fault == null)
                return new { error = thrown.InnerException.ToString() };
            return new { fault = new { text = fault.Message, detail = fault.Detail == null ? null : Members(fault.Detail) } };
        }
    }

    // A result that may be left out comes as an `out` parameter, with its companion.
    static object Told(MethodInfo method, object[] arguments)
    {
        return method.GetParameters().Where(each => each.IsOut).ToDictionary(each => each.Name, each => Plain(arguments[each.Position]));
    }

    static SoapHttpClientProtocol Proxy(string service)
    {
        if (!Proxies.ContainsKey(service))
        {
            var type = Assembly.GetExecutingAssembly().GetTypes()
                .Single(each => each.Namespace == service && each.IsSubclassOf(typeof(SoapHttpClientProtocol)));
            Proxies[service] = (SoapHttpClientProtocol)Activator.CreateInstance(type);
        }
        return Proxies[service];
    }

    // A value type that may be left out has a companion `…Specified`, as a parameter or as a property.
    static object Argument(ParameterInfo parameter, Dictionary<string, object> given)
    {
        if (parameter.IsOut)
            return null;
        var companion = parameter.Name.EndsWith("Specified") ? parameter.Name.Replace("Specified", "") : null;
        if (companion != null && parameter.ParameterType == typeof(bool))
            return given.ContainsKey(companion);
        if (given.ContainsKey(parameter.Name))
            return Typed(given[parameter.Name], parameter.ParameterType);
        return parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null;
    }

    static object Typed(object value, Type type)
    {
        if (value == null || type == typeof(object))
            return value;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(byte[]))
            return Convert.FromBase64String((string)((Dictionary<string, object>)value)["base64"]);
        if (type == typeof(DateTime))
            return DateTime.Parse((string)value, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
        if (type.IsEnum)
            return Enum.Parse(type, (string)value);
        if (type.IsArray)
            return TypedArray(value, type.GetElementType());
        if (type == typeof(string) || type.IsPrimitive || type == typeof(decimal))
            return Convert.ChangeType(value, type, CultureInfo.InvariantCulture);
        return TypedObject((Dictionary<string, object>)value, type);
    }

    // The proxy has flattened a list's own element: {"Form": […]} is Form[].
    static object TypedArray(object value, Type item)
    {
        var holder = value as Dictionary<string, object>;
        var values = (holder == null ? (IEnumerable)value : (IEnumerable)holder.Values.Single()).Cast<object>().ToArray();
        var array = Array.CreateInstance(item, values.Length);
        for (var place = 0; place < values.Length; place++)
            array.SetValue(Typed(values[place], item), place);
        return array;
    }

    static object TypedObject(Dictionary<string, object> members, Type type)
    {
        var made = Activator.CreateInstance(type);
        foreach (var member in members)
        {
            var property = type.GetProperty(member.Key);
            if (property == null)
                throw new ArgumentException(type.Name + " has no member " + member.Key);
            property.SetValue(made, Typed(member.Value, property.PropertyType), null);
            var specified = type.GetProperty(member.Key + "Specified");
            if (specified != null)
                specified.SetValue(made, true, null);
        }
        return made;
    }

    static object Plain(object value)
    {
        if (value == null || value is string || value is bool || value is decimal || value.GetType().IsPrimitive)
            return value;
        if (value is byte[])
            return new { base64 = Convert.ToBase64String((byte[])value) };
        if (value is DateTime)
            return ((DateTime)value).ToString("o", CultureInfo.InvariantCulture);
        if (value is Enum)
            return value.ToString();
        if (value is IEnumerable)
            return ((IEnumerable)value).Cast<object>().Select(Plain).ToArray();
        return value.GetType().GetProperties().ToDictionary(each => each.Name, each => Plain(each.GetValue(value, null)));
    }

    static object Members(XmlNode node)
    {
        var children = node.ChildNodes.OfType<XmlElement>().ToArray();
        if (children.Length == 0)
            return node.InnerText;
        return children.ToDictionary(each => each.LocalName, each => Members(each));
    }
}
