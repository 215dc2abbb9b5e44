<?php
// Hands in one batch the way PHP systems of the time did: `php old_ways.php WAY ADDRESS`, with batch and password as
// JSON on the input. What it is told, it prints.

$namespace = 'http://AltInn.no/webservices/';
[, $way, $address] = $argv;
$given = json_decode(stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR);
$without_wsdl = ['location' => $address, 'uri' => $namespace];

echo match ($way) {
    'without-wsdl' => (new SoapClient(null, $without_wsdl))->__soapCall('SubmitBatchPw', [
        new SoapParam($given['batch'], 'batch'),
        new SoapParam($given['password'], 'password'),
    ]),
    'compressed' => (new SoapClient("$address?WSDL", [
        'compression' => SOAP_COMPRESSION_ACCEPT | SOAP_COMPRESSION_GZIP | 5,
        'cache_wsdl' => WSDL_CACHE_NONE,
    ]))->SubmitBatchPw($given)->SubmitBatchPwResult,
};
