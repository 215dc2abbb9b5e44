// A peer: JAX-WS (the reference implementation) on the JDK's own HTTP server. The batch is checked by its schema.

import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetSocketAddress;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.jws.WebMethod;
import javax.jws.WebParam;
import javax.jws.WebResult;
import javax.jws.WebService;
import javax.xml.XMLConstants;
import javax.xml.bind.annotation.XmlAccessType;
import javax.xml.bind.annotation.XmlAccessorType;
import javax.xml.bind.annotation.XmlElement;
import javax.xml.bind.annotation.XmlRootElement;
import javax.xml.bind.annotation.XmlType;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import javax.xml.ws.Endpoint;
import javax.xml.ws.RequestWrapper;
import javax.xml.ws.ResponseWrapper;
import org.w3c.dom.Element;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

@WebService(targetNamespace = Door.NAMESPACE, serviceName = "DataExchange", portName = "DataExchangeSoap")
public class Door {
    static final String NAMESPACE = "http://AltInn.no/webservices/";

    private final String expected;
    private final ThreadLocal<DocumentBuilder> builders;

    public Door(String expected, Schema schema) {
        this.expected = expected;
        this.builders = ThreadLocal.withInitial(() -> builder(schema));
    }

    @WebMethod(operationName = "SubmitBatchPw", action = NAMESPACE + "SubmitBatchPw")
    @RequestWrapper(localName = "SubmitBatchPw", targetNamespace = NAMESPACE, className = "Door$Request")
    @ResponseWrapper(localName = "SubmitBatchPwResponse", targetNamespace = NAMESPACE, className = "Door$Response")
    @WebResult(name = "SubmitBatchPwResult", targetNamespace = NAMESPACE)
    public String submitBatchPw(
            @WebParam(name = "batch", targetNamespace = NAMESPACE) String batch,
            @WebParam(name = "password", targetNamespace = NAMESPACE) String password) {
        if (!expected.equals(password)) {
            throw new IllegalArgumentException("wrong password");
        }
        Element root = parsed(batch);
        Element unit = (Element) root.getElementsByTagName("DataUnit").item(0);
        String now = LocalDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString();
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<DataBatchReceipt schemaVersion=\"1.1\">"
                + "<DataBatchInReceipt batchId=\"" + attribute(root, "batchId")
                + "\" enterpriseSystemId=\"" + attribute(root, "enterpriseSystemId")
                + "\" status=\"OK\" timeReceived=\"" + now
                + "\"><DataUnitInReceipt participantId=\"" + attribute(unit, "participantId")
                + "\" sendersReference=\"" + attribute(unit, "sendersReference")
                + "\" status=\"OK\" timeReceived=\"" + now
                + "\"/></DataBatchInReceipt></DataBatchReceipt>";
    }

    private Element parsed(String batch) {
        try {
            return builders.get().parse(new InputSource(new StringReader(batch))).getDocumentElement();
        } catch (SAXException | IOException error) {
            throw new IllegalArgumentException("not a valid batch");
        }
    }

    private static String attribute(Element element, String name) {
        return element.getAttribute(name).replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }

    private static DocumentBuilder builder(Schema schema) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setSchema(schema);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(new Strict());
            return builder;
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }

    private static final class Strict implements ErrorHandler {
        public void warning(SAXParseException error) {}

        public void error(SAXParseException error) throws SAXParseException {
            throw error;
        }

        public void fatalError(SAXParseException error) throws SAXParseException {
            throw error;
        }
    }

    // The wrappers that wsgen would make.

    @XmlRootElement(name = "SubmitBatchPw", namespace = NAMESPACE)
    @XmlType(name = "SubmitBatchPw", namespace = NAMESPACE, propOrder = {"batch", "password"})
    @XmlAccessorType(XmlAccessType.FIELD)
    public static class Request {
        @XmlElement(name = "batch", namespace = NAMESPACE)
        public String batch;

        @XmlElement(name = "password", namespace = NAMESPACE)
        public String password;
    }

    @XmlRootElement(name = "SubmitBatchPwResponse", namespace = NAMESPACE)
    @XmlType(name = "SubmitBatchPwResponse", namespace = NAMESPACE)
    @XmlAccessorType(XmlAccessType.FIELD)
    public static class Response {
        @XmlElement(name = "SubmitBatchPwResult", namespace = NAMESPACE)
        public String SubmitBatchPwResult;
    }

    public static void main(String[] given) throws Exception {
        Schema schema = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI).newSchema(new File(given[2]));
        ExecutorService threads = Executors.newFixedThreadPool(Integer.parseInt(given[3]));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(given[0])), 128);
        server.setExecutor(threads);
        Endpoint endpoint = Endpoint.create(new Door(given[1], schema));
        endpoint.setExecutor(threads);
        endpoint.publish(server.createContext("/webservices/dataexchange.asmx"));
        server.start();
    }
}
