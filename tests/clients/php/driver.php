<?php
// Calls whatever it is told to with PHP's SoapClient: one JSON call a line in, one JSON answer a line out.
// It knows no contract: names, types and envelopes come from the WSDLs given as `service=address`.
// Bytes are {"base64": …} in JSON; to PHP they are strings like any other.

$clients = [];
foreach (array_slice($argv, 1) as $given) {
    [$service, $wsdl] = explode('=', $given, 2);
    $clients[$service] = new SoapClient($wsdl, [
        'exceptions' => true,
        'cache_wsdl' => WSDL_CACHE_NONE,
        'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
    ]);
}

function from_json(mixed $value): mixed
{
    if (!is_array($value)) {
        return $value;
    }
    return array_keys($value) === ['base64'] ? base64_decode($value['base64']) : array_map('from_json', $value);
}

function to_json(mixed $value): mixed
{
    if (is_string($value)) {
        return is_text($value) ? $value : ['base64' => base64_encode($value)];
    }
    return is_array($value) || is_object($value) ? array_map('to_json', (array) $value) : $value;
}

function is_text(string $text): bool
{
    return preg_match('//u', $text) === 1;
}

function answer(SoapClient $client, array $call): array
{
    try {
        return ['result' => $client->__soapCall($call['operation'], [from_json($call['arguments'])])];
    } catch (SoapFault $fault) {
        return ['fault' => ['text' => $fault->faultstring, 'detail' => $fault->detail ?? null]];
    }
}

while (($line = fgets(STDIN)) !== false) {
    $call = json_decode($line, true, 512, JSON_THROW_ON_ERROR);
    $answer = answer($clients[$call['service']], $call);
    fwrite(STDOUT, json_encode(to_json($answer), JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE) . "\n");
}
