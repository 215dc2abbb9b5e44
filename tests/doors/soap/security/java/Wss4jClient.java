import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.ws.security.WSConstants;
import org.apache.ws.security.WSEncryptionPart;
import org.apache.ws.security.WSSecurityEngine;
import org.apache.ws.security.components.crypto.Crypto;
import org.apache.ws.security.components.crypto.CryptoFactory;
import org.apache.ws.security.conversation.ConversationConstants;
import org.apache.ws.security.conversation.dkalgo.P_SHA1;
import org.apache.ws.security.message.WSSecDKSign;
import org.apache.ws.security.message.WSSecHeader;
import org.apache.ws.security.message.WSSecSignature;
import org.apache.ws.security.message.WSSecTimestamp;
import org.apache.ws.security.message.WSSecUsernameToken;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * An end-user system on WSS4J: every token, signature, key and digest is WSS4J's own, as in Apache CXF.
 * Prints one line for each call: its name, the HTTP status, and the local name of what came back in the body.
 */
public final class Wss4jClient {
    static final String SOAP = "http://www.w3.org/2003/05/soap-envelope";
    static final String WSA = "http://www.w3.org/2005/08/addressing";
    static final String WSC = "http://schemas.xmlsoap.org/ws/2005/02/sc";
    static final String WST = "http://schemas.xmlsoap.org/ws/2005/02/trust";
    static final String WSU = WSConstants.WSU_NS;
    static final String SCT = WSC + "/sct";
    static final String QUESTION = "<q:Question xmlns:q='urn:synthetic'>Hva er en kvittering?</q:Question>";

    private final String base;
    private final Crypto crypto;
    private Element token;
    private byte[] key;

    private Wss4jClient(String base, String keystore) throws Exception {
        this.base = base;
        Properties properties = new Properties();
        properties.put("org.apache.ws.security.crypto.provider", "org.apache.ws.security.components.crypto.Merlin");
        properties.put("org.apache.ws.security.crypto.merlin.keystore.type", "PKCS12");
        properties.put("org.apache.ws.security.crypto.merlin.keystore.password", "synthetic");
        properties.put("org.apache.ws.security.crypto.merlin.keystore.file", keystore);
        crypto = CryptoFactory.getInstance(properties);
    }

    public static void main(String[] arguments) throws Exception {
        org.apache.ws.security.WSSConfig.init();
        Wss4jClient client = new Wss4jClient(arguments[0], arguments[1]);
        client.userName("user-name", WSConstants.PASSWORD_TEXT, "/Receipt.svc");
        client.userName("user-name-digest", WSConstants.PASSWORD_DIGEST, "/Receipt.svc");
        client.directly("certificate", WSConstants.C14N_EXCL_OMIT_COMMENTS, WSConstants.RSA_SHA1, WSConstants.SHA1);
        client.directly("certificate-sha256", WSConstants.C14N_EXCL_OMIT_COMMENTS,
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256");
        client.open("open-ec2", "/ReceiptEC2.svc");
        client.session("session-ec2", "/ReceiptEC2.svc", false);
        client.session("session-ec2-again", "/ReceiptEC2.svc", false);
        client.session("session-ec2-forged", "/ReceiptEC2.svc", true);
        client.open("open-ec", "/ReceiptEC.svc");
        client.derived("derived-ec", "/ReceiptEC.svc", QUESTION, false);
        client.derived("derived-ec-forged", "/ReceiptEC.svc", QUESTION, true);
        String target = "<wst:CancelTarget><o:SecurityTokenReference xmlns:o='" + WSConstants.WSSE_NS + "'>"
            + "<o:Reference ValueType='" + SCT + "' URI='" + client.identifier()
            + "'/></o:SecurityTokenReference></wst:CancelTarget>";
        client.derived("cancel-ec", "/ReceiptEC.svc", "<wst:RequestSecurityToken xmlns:wst='" + WST
            + "'><wst:RequestType>" + WST + "/Cancel</wst:RequestType>" + target + "</wst:RequestSecurityToken>", false);
        client.derived("derived-ec-cancelled", "/ReceiptEC.svc", QUESTION, false);
    }

    private void userName(String name, String passwordType, String path) throws Exception {
        Document message = envelope(path, QUESTION);
        WSSecHeader header = header(message);
        WSSecUsernameToken user = new WSSecUsernameToken();
        user.setPasswordType(passwordType);
        user.setUserInfo("10042", "eksempel1");
        user.addNonce();
        user.addCreated();
        user.build(message, header);
        new WSSecTimestamp().build(message, header);
        send(name, path, message);
    }

    private void directly(String name, String canonical, String algorithm, String digest) throws Exception {
        Document message = envelope("/ReceiptEC2.svc", QUESTION);
        endorse(message, algorithm, digest);
        send(name, "/ReceiptEC2.svc", message);
    }

    private void open(String name, String path) throws Exception {
        byte[] entropy = new byte[32];
        new SecureRandom().nextBytes(entropy);
        Document message = envelope(path, "<wst:RequestSecurityToken xmlns:wst='" + WST + "'>"
            + "<wst:TokenType>" + SCT + "</wst:TokenType><wst:RequestType>" + WST + "/Issue</wst:RequestType>"
            + "<wst:Entropy><wst:BinarySecret Type='" + WST + "/Nonce'>"
            + Base64.getEncoder().encodeToString(entropy) + "</wst:BinarySecret></wst:Entropy>"
            + "<wst:ComputedKeyAlgorithm>" + WST + "/CK/PSHA1</wst:ComputedKeyAlgorithm>"
            + "<wst:KeySize>256</wst:KeySize></wst:RequestSecurityToken>");
        endorse(message, WSConstants.RSA_SHA1, WSConstants.SHA1);
        Document answer = send(name, path, message);
        token = only(answer, WSC, "SecurityContextToken");
        Element theirs = (Element) only(answer, WST, "Entropy").getElementsByTagNameNS(WST, "BinarySecret").item(0);
        byte[] seed = Base64.getDecoder().decode(theirs.getTextContent());
        int bits = Integer.parseInt(only(answer, WST, "KeySize").getTextContent());
        key = new P_SHA1().createKey(entropy, seed, 0, bits / 8);
    }

    private void session(String name, String path, boolean forged) throws Exception {
        Document message = envelope(path, QUESTION);
        WSSecHeader header = header(message);
        String stamp = stamp(message, header);
        WSSecSignature signature = new WSSecSignature();
        signature.setSecretKey(key);
        signature.setKeyIdentifierType(WSConstants.CUSTOM_SYMM_SIGNING);
        signature.setCustomTokenId(tokenId());
        signature.setCustomTokenValueType(SCT);
        signature.setSignatureAlgorithm(WSConstants.HMAC_SHA1);
        signature.setParts(List.of(new WSEncryptionPart(stamp)));
        signature.build(message, crypto, header);
        carryToken(message, header);
        send(name, path, forged ? later(message) : message);
    }

    private void derived(String name, String path, String body, boolean forged) throws Exception {
        Document message = envelope(path, body);
        WSSecHeader header = header(message);
        String stamp = stamp(message, header);
        WSSecDKSign signature = new WSSecDKSign();
        signature.setWscVersion(ConversationConstants.VERSION_05_02);
        signature.setExternalKey(key, tokenId());
        signature.setTokenIdDirectId(false);
        signature.setCustomValueType(SCT);
        signature.setSignatureAlgorithm(WSConstants.HMAC_SHA1);
        signature.setDerivedKeyLength(24);
        signature.setParts(List.of(new WSEncryptionPart(stamp)));
        signature.build(message, header);
        carryToken(message, header);
        send(name, path, forged ? later(message) : message);
    }

    private void endorse(Document message, String algorithm, String digest) throws Exception {
        WSSecHeader header = header(message);
        String stamp = stamp(message, header);
        WSSecSignature signature = new WSSecSignature();
        signature.setUserInfo("system", "synthetic");
        signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
        signature.setSignatureAlgorithm(algorithm);
        signature.setDigestAlgo(digest);
        List<WSEncryptionPart> parts = new ArrayList<>();
        parts.add(new WSEncryptionPart(stamp));
        parts.add(new WSEncryptionPart("To", WSA, "Element"));
        signature.setParts(parts);
        signature.build(message, crypto, header);
    }

    private static String stamp(Document message, WSSecHeader header) {
        WSSecTimestamp stamp = new WSSecTimestamp();
        stamp.setTimeToLive(300);
        stamp.build(message, header);
        return stamp.getId();
    }

    /** The token goes back as it came, its cookie with it, before whatever refers to it. */
    private void carryToken(Document message, WSSecHeader header) {
        Element block = header.getSecurityHeader();
        block.insertBefore(message.importNode(token, true), block.getFirstChild());
    }

    private String tokenId() {
        return token.getAttributeNS(WSU, "Id");
    }

    private String identifier() {
        return token.getElementsByTagNameNS(WSC, "Identifier").item(0).getTextContent();
    }

    private static Document later(Document message) {
        Element expires = only(message, WSU, "Expires");
        expires.setTextContent(expires.getTextContent().replaceAll("[0-9]Z$", "") + "9Z");
        Element created = only(message, WSU, "Created");
        created.setTextContent(created.getTextContent().replaceAll("\\.[0-9]+Z$", ".001Z"));
        return message;
    }

    private Document envelope(String path, String body) throws Exception {
        return parse(("<s:Envelope xmlns:s='" + SOAP + "' xmlns:a='" + WSA + "'><s:Header>"
            + "<a:Action s:mustUnderstand='1'>urn:synthetic/Question</a:Action>"
            + "<a:MessageID>urn:uuid:" + UUID.randomUUID() + "</a:MessageID>"
            + "<a:To s:mustUnderstand='1'>" + base + path + "</a:To></s:Header>"
            + "<s:Body>" + body + "</s:Body></s:Envelope>").getBytes("UTF-8"));
    }

    private static WSSecHeader header(Document message) throws Exception {
        WSSecHeader header = new WSSecHeader();
        header.insertSecurityHeader(message);
        return header;
    }

    private Document send(String name, String path, Document message) throws Exception {
        HttpURLConnection connection = (HttpURLConnection) new URL(base + path).openConnection();
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/soap+xml; charset=utf-8");
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        TransformerFactory.newInstance().newTransformer().transform(new DOMSource(message), new StreamResult(content));
        connection.getOutputStream().write(content.toByteArray());
        int status = connection.getResponseCode();
        InputStream stream = status < 400 ? connection.getInputStream() : connection.getErrorStream();
        Document answer = parse(stream.readAllBytes());
        // WSS4J's own check of the answer's Security block: it is there, and its Timestamp is good.
        int results = new WSSecurityEngine().processSecurityHeader(answer, null, null, crypto).size();
        String relates = only(answer, WSA, "RelatesTo").getTextContent();
        if (results != 1 || !relates.equals(only(message, WSA, "MessageID").getTextContent())) {
            throw new IllegalStateException("the answer's header is not as it should be");
        }
        System.out.println(name + " " + status + " " + told(answer));
        return answer;
    }

    private static String told(Document answer) {
        Element body = only(answer, SOAP, "Body");
        Element first = (Element) body.getFirstChild();
        if (!first.getLocalName().equals("Fault")) {
            return first.getLocalName() + " " + first.getAttribute("as");
        }
        return "Fault " + ((Element) only(answer, SOAP, "Subcode").getFirstChild()).getTextContent();
    }

    private static Element only(Document document, String namespace, String name) {
        return (Element) document.getElementsByTagNameNS(namespace, name).item(0);
    }

    private static Document parse(byte[] content) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(content));
    }
}
