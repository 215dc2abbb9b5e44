// The one operation for gSOAP's compiler; batch.h is what wsdl2h makes of the batch's schema.
#import "batch.h"

//gsoap ns service name: door
//gsoap ns service namespace: http://AltInn.no/webservices/
//gsoap ns schema namespace: http://AltInn.no/webservices/
//gsoap ns schema elementForm: qualified
//gsoap ns service style: document
//gsoap ns service encoding: literal
//gsoap ns service method-action: SubmitBatchPw http://AltInn.no/webservices/SubmitBatchPw

struct ns__SubmitBatchPwResponse {
    char *SubmitBatchPwResult;
};

int ns__SubmitBatchPw(char *batch, char *password, struct ns__SubmitBatchPwResponse *out);
