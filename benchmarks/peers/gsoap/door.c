/* A peer: gSOAP in C, one thread for each connection. The batch is read, and so checked, into typed structs. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "soapH.h"

struct Namespace namespaces[] = {
    {"SOAP-ENV", "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/*/soap-envelope", NULL},
    {"SOAP-ENC", "http://schemas.xmlsoap.org/soap/encoding/", "http://www.w3.org/*/soap-encoding", NULL},
    {"xsi", "http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/*/XMLSchema-instance", NULL},
    {"xsd", "http://www.w3.org/2001/XMLSchema", "http://www.w3.org/*/XMLSchema", NULL},
    {"ns", "http://AltInn.no/webservices/", NULL, NULL},
    {NULL, NULL, NULL, NULL},
};

static const char *RECEIPT =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<DataBatchReceipt schemaVersion=\"1.1\">"
    "<DataBatchInReceipt batchId=\"%s\" enterpriseSystemId=\"%d\" status=\"OK\" timeReceived=\"%s\">"
    "<DataUnitInReceipt participantId=\"%s\" sendersReference=\"%s\" status=\"OK\" timeReceived=\"%s\"/>"
    "</DataBatchInReceipt></DataBatchReceipt>";

static const char *expected;

/* The value as it stands in an attribute. */
static const char *attribute(struct soap *soap, const char *value) {
    char *written = soap_malloc(soap, 6 * strlen(value) + 1), *end = written;
    for (; *value; value++) {
        const char *as = *value == '&' ? "&amp;" : *value == '<' ? "&lt;" : *value == '"' ? "&quot;" : NULL;
        if (as)
            end = stpcpy(end, as);
        else
            *end++ = *value;
    }
    *end = 0;
    return written;
}

int ns__SubmitBatchPw(struct soap *soap, char *batch, char *password, struct ns__SubmitBatchPwResponse *out) {
    struct soap *inner = soap->user;
    struct DataBatch read;
    char now[32];
    time_t seconds = time(NULL);
    struct tm local;

    if (!batch || !password || strcmp(password, expected))
        return soap_sender_fault(soap, "wrong password", NULL);
    inner->is = batch;
    if (soap_read_DataBatch(inner, &read) || read.DataUnits.__sizeDataUnit < 1) {
        soap_end(inner);
        return soap_sender_fault(soap, "not a valid batch", NULL);
    }
    strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%S", localtime_r(&seconds, &local));
    const char *id = attribute(soap, read.batchId);
    const char *party = attribute(soap, read.DataUnits.DataUnit[0].participantId);
    const char *reference = attribute(soap, read.DataUnits.DataUnit[0].sendersReference);
    size_t size = strlen(RECEIPT) + strlen(id) + strlen(party) + strlen(reference) + 2 * sizeof now + 16;
    out->SubmitBatchPwResult = soap_malloc(soap, size);
    snprintf(out->SubmitBatchPwResult, size, RECEIPT, id, read.enterpriseSystemId, now, party, reference, now);
    soap_destroy(inner);
    soap_end(inner);
    return SOAP_OK;
}

static void *serve(void *connection) {
    struct soap *soap = connection;
    soap->user = soap_new1(SOAP_C_UTFSTRING | SOAP_XML_STRICT);
    soap_set_namespaces(soap->user, namespaces);
    soap_serve(soap);
    soap_free(soap->user);
    soap_destroy(soap);
    soap_end(soap);
    soap_free(soap);
    return NULL;
}

int main(int count, char **given) {
    struct soap *soap = soap_new2(SOAP_IO_KEEPALIVE | SOAP_C_UTFSTRING, SOAP_IO_KEEPALIVE | SOAP_C_UTFSTRING);
    pthread_t thread;
    if (count != 3) {
        fprintf(stderr, "door PORT PASSWORD\n");
        return 2;
    }
    expected = given[2];
    soap->max_keep_alive = 0; /* as many calls on one connection as its client likes */
    soap->bind_flags = SO_REUSEADDR;
    if (!soap_valid_socket(soap_bind(soap, "127.0.0.1", atoi(given[1]), 128))) {
        soap_print_fault(soap, stderr);
        return 1;
    }
    while (soap_valid_socket(soap_accept(soap))) {
        pthread_create(&thread, NULL, serve, soap_copy(soap));
        pthread_detach(thread);
    }
    return 0;
}
