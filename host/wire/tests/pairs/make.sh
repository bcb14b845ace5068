#!/bin/sh
# Makes certificates and keys of kinds that are not supported, beside this script, with OpenSSL 3.
# They protect nothing. The tests read them, so that OpenSSL is not needed to run the tests.
set -eu
cd "$(dirname "$0")"
rm -f ./*.cert ./*.key ./*.pem ./*.der
certificate() { # NAME ARGUMENTS: a pair
    name=$1; shift
    openssl req -x509 -nodes -days 36500 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
        -keyout "$name.key" -out "$name.cert" "$@" 2>/dev/null
}
certificate good -newkey ec -pkeyopt ec_paramgen_curve:P-256
certificate p521 -newkey ec -pkeyopt ec_paramgen_curve:P-521
certificate secp256k1 -newkey ec -pkeyopt ec_paramgen_curve:secp256k1
certificate rsa1024 -newkey rsa:1024
certificate ed448 -newkey ed448
openssl genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024 -out group.tmp 2>/dev/null
openssl genpkey -paramfile group.tmp -out dsa.key
openssl pkey -in dsa.key -traditional -out dsa-old.key
openssl req -x509 -days 36500 -subj /CN=localhost -key dsa.key -out dsa.cert 2>/dev/null
openssl ec -in p521.key -out p521-old.key 2>/dev/null
openssl ecparam -name prime256v1 -out parameters.pem
openssl rsa -in rsa1024.key -traditional -out rsa1024-old.key 2>/dev/null
openssl pkcs8 -topk8 -in good.key -passout pass:x -out encrypted.key
openssl ec -in good.key -aes128 -passout pass:x -out encrypted-old.key 2>/dev/null
openssl pkey -in good.key -pubout -out public.pem
openssl req -new -subj /CN=localhost -key good.key -out request.pem
openssl x509 -in good.cert -trustout -out trusted.pem
openssl x509 -in good.cert -outform DER -out certificate.der
openssl pkey -in good.key -outform DER -out key.der
openssl x509 -req -in request.pem -signkey good.key -days 36500 -out v1.cert 2>/dev/null
# An authority of version 1, and a certificate that it has signed.
openssl ecparam -name prime256v1 -genkey -noout -out authority.tmp
openssl req -new -subj /CN=authority -key authority.tmp -out request.tmp
openssl x509 -req -in request.tmp -signkey authority.tmp -days 36500 -out authority-v1.cert 2>/dev/null
echo subjectAltName=DNS:localhost > extension.tmp
openssl x509 -req -in request.pem -CA authority-v1.cert -CAkey authority.tmp -days 36500 -extfile extension.tmp \
    -out signed.cert 2>/dev/null
head -c 150 good.cert > cut.pem
head -c 100 good.key > cut-key.pem
rm -f ./*.tmp
