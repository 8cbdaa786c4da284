/* Made with openssl for these tests; valid for a hundred years where nothing else is said. */

/** ECDSA P-256, an authority. */
export const EC_CERT = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBiTCCAS+gAwIBAgIUe00sbFtzIcyMOUDVdSf+DSNjo+IwCgYIKoZIzj0EAwIw',
  'GTEXMBUGA1UEAwwOYXV0aG9yaXR5LnRlc3QwIBcNMjYxMTIzMDExMzQ5WhgPMjEy',
  'NjEwMzAwMTEzNDlaMBkxFzAVBgNVBAMMDmF1dGhvcml0eS50ZXN0MFkwEwYHKoZI',
  'zj0CAQYIKoZIzj0DAQcDQgAErQbYz3rfi8VhDyW3h6W55E66e++nv+ULVjP5Kcv5',
  '3BsbyPr3jqwpB+cPc8oH8D/erSf5iDc84vRv5CGKpmvTEqNTMFEwHQYDVR0OBBYE',
  'FMq1VVMhvtn4RX5CrzkeuzhaOq9HMB8GA1UdIwQYMBaAFMq1VVMhvtn4RX5Crzke',
  'uzhaOq9HMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgUgxONafC',
  'iOUe8vxQ4AM/oLlg1op8AjJCSuVUjEQVvKsCIQDB/2ZlnbzgLN2NdIClXtubbBa6',
  'HWsrnZ1Y8KPJGDmYLQ==',
  '-----END CERTIFICATE-----',
  '',
].join('\n')

/** Of EC_CERT, PKCS #8. */
export const EC_KEY = [
  '-----BEGIN PRIVATE KEY-----',
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgObd4dWsPjeuScFBJ',
  'fjHi4lWMTx7rOXMbhbg4BpZWX1GhRANCAAStBtjPet+LxWEPJbeHpbnkTrp776e/',
  '5QtWM/kpy/ncGxvI+veOrCkH5w9zygfwP96tJ/mINzzi9G/kIYqma9MS',
  '-----END PRIVATE KEY-----',
  '',
].join('\n')

/** RSA, no authority. */
export const RSA_CERT = [
  '-----BEGIN CERTIFICATE-----',
  'MIIB/TCCAWagAwIBAgIUJGV1GimqrnQ7gFm/JnP4MEc/0+AwDQYJKoZIhvcNAQEL',
  'BQAwETEPMA0GA1UEAwwGYS50ZXN0MCAXDTI2MTEyMzAxMTM0OVoYDzIxMjYxMDMw',
  'MDExMzQ5WjARMQ8wDQYDVQQDDAZhLnRlc3QwgZ8wDQYJKoZIhvcNAQEBBQADgY0A',
  'MIGJAoGBAMHrDv9wzBdSzLbStc221oEjsjbqVdBjXC/4UXwZ+4xP9ZtJcw8SLng/',
  'uJdlI1j4TDAb57rkfhNcbh9Vjq3nagt0u4b307OYhtrNDmMv8JUQFw8Pme74weN2',
  'WAMpF06Y9KNwRUL+XssjZMcz2z2rxVM5B1ROqHMQLTadUx2yQiupAgMBAAGjUDBO',
  'MB0GA1UdDgQWBBSdAVujPT2T4iJCcZ+GHY2o8sPlBzAfBgNVHSMEGDAWgBSdAVuj',
  'PT2T4iJCcZ+GHY2o8sPlBzAMBgNVHRMBAf8EAjAAMA0GCSqGSIb3DQEBCwUAA4GB',
  'AKEGel2Rd2p5kmh7C1c4CcFbcGA+hlnCIHVQMaulDCo+AIaLjVAUbxUbPeUbRgM1',
  'b9SRwMblx9K4sPgfrZ31YsbdKCWTexeXVi2MENdnAaJi50YBVtumgfSuYMRZEtRb',
  'D98IGy26zgdW2K663CICdhCZ3wyzLTNYmL0JlcUJ9Hi+',
  '-----END CERTIFICATE-----',
  '',
].join('\n')

/** Of RSA_CERT, PKCS #8. */
export const RSA_KEY = [
  '-----BEGIN PRIVATE KEY-----',
  'MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAMHrDv9wzBdSzLbS',
  'tc221oEjsjbqVdBjXC/4UXwZ+4xP9ZtJcw8SLng/uJdlI1j4TDAb57rkfhNcbh9V',
  'jq3nagt0u4b307OYhtrNDmMv8JUQFw8Pme74weN2WAMpF06Y9KNwRUL+XssjZMcz',
  '2z2rxVM5B1ROqHMQLTadUx2yQiupAgMBAAECgYB2xg+Ym7EV9AwZSrQ6POvji0aj',
  '5iILkmArrY/TUGLHjU4k//buWzeFRZo9eKAO5X5c1Sq5SSyDlVCJ9rB+ichkDO4D',
  'GRH23aUQnbLw5I6uFEoAgilRffYwO0v4ugz0vhhlhKTmdw1Ppl+gGpseQmA1Id5r',
  'OFNATX9te8jms1mXgQJBAOL5aaKskz8AhFhOuj6QtFgdPtJFRfvXsQCxV87p+Lge',
  'ZYuUSFhL2tGoVGV/VRjfZAt2N4vUTkIQYJ/8SWg4GpECQQDat3hnMCUDoFs4uEvn',
  'iWd2jGBiGsYJJ8OytumpFO+3afxgdqsyqVQ0vFzNWzh33gXeZI71YvvC0dyleUCD',
  'nRuZAkEAsJHEisdj+QQG8Me1/UwG7/E4WM2JJuThjp9nptC/K0SCTHY7XW0NOkKP',
  '/TF0WtgV9RCvH3k2tBAXiv3xgUD78QJATkJ76KBHfkawnVkEf/KgfMC59CCUX85E',
  'rfvZG9EL/VsFHRcZJuWD5eLIagqL6AgfnXXp2U/zucAR7Xu3Y+ChcQJBAJuRoO4R',
  'G2qak4g5jWPs1wHLYLqNy6jZ+LF4wWauElyIOT5BGTnv5Q36YbvCjgaOn5S2U4Wb',
  'J0G/7kd+m8FRj2Y=',
  '-----END PRIVATE KEY-----',
  '',
].join('\n')

/** Ed25519. */
export const ED_CERT = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBOjCB7aADAgECAhRMVKcxlOX/hrZG5SD+5lmfP4ICWzAFBgMrZXAwEjEQMA4G',
  'A1UEAwwHZWQudGVzdDAgFw0yNjExMjMwMTEzNDlaGA8yMTI2MTAzMDAxMTM0OVow',
  'EjEQMA4GA1UEAwwHZWQudGVzdDAqMAUGAytlcAMhAPaH0se7V77jFUdP3Eh2Nfcd',
  'Giu/9NZ1sJrXmFlwEEzLo1MwUTAdBgNVHQ4EFgQU5geWNAaxw17NnraL1KcSEEVR',
  'JJwwHwYDVR0jBBgwFoAU5geWNAaxw17NnraL1KcSEEVRJJwwDwYDVR0TAQH/BAUw',
  'AwEB/zAFBgMrZXADQQDXdfAoWpp6q+K+w0nnNJ8KJRriOViFtDr7YYi3P+EHi6gT',
  'EiIaUZm4+JOG1HyCC3pOaAJGXOKNwGG3yHeRle8N',
  '-----END CERTIFICATE-----',
  '',
].join('\n')

/** Of ED_CERT, PKCS #8: without the public part. */
export const ED_KEY = [
  '-----BEGIN PRIVATE KEY-----',
  'MC4CAQAwBQYDK2VwBCIEIGdvTBdWlDo2x71j3bFRWON+Kp8Yzhhf8FLdnmTdp4yx',
  '-----END PRIVATE KEY-----',
  '',
].join('\n')

/** An authority whose time is over. */
export const EXPIRED_CERT = [
  '-----BEGIN CERTIFICATE-----',
  'MIIC5jCCAc6gAwIBAgIUFNTqLOdz0aztNnSIj276aq0xsMwwDQYJKoZIhvcNAQEL',
  'BQAwEzERMA8GA1UEAwwIZXhwLnRlc3QwHhcNMjYxMTIyMjE1NDQwWhcNMjYxMTIx',
  'MjE1NDQwWjATMREwDwYDVQQDDAhleHAudGVzdDCCASIwDQYJKoZIhvcNAQEBBQAD',
  'ggEPADCCAQoCggEBAMtpSGXGhIh0aNhpXEqeuq8i7xb6gntmMVtLXIZpuaW4EeoZ',
  'Oirzoe550gEcyozxPgft6L1Tt46RXvWNDN4Edl3YSUO0dyhl9S2B0zuyAqJcAUuD',
  'tzJf7ufVtEew8AdoCMGy9AyHf0k1aJHcOzVyvinO6cQLqrKtdylzwtN5QbHXUwXR',
  'iOycYHgdgOKs8FleBTX6SsH4bqhxTm/R/ZapWDxUB4jdSrRuQKrS3MHluuCiugE+',
  'QgxfncUtzTVZsBPNJjqKvgsWUYNHj6RXcuqvPX35cXBGxf1OVxYCKtn+cpC9WDs3',
  'FqgPutqDHevCs/JcSgxCSG1zR0/VAJY1h2vCgMMCAwEAAaMyMDAwDwYDVR0TAQH/',
  'BAUwAwEB/zAdBgNVHQ4EFgQUzgeJ4UTTk/4QGSn71J83La67vFkwDQYJKoZIhvcN',
  'AQELBQADggEBALoWLQ+iLhMtTYuqBpPmYDeM21Ax8P7HTGViSJse4u8qbMrYXVR/',
  'j/BXx9VXekM7ocPOA5ZqItAQw9CW5RGeSHLe9jsHfBJ0HdbEV4yXBqSHVwUwU+hr',
  'qf8jVhx/3AHKM2RG08LQS9xu3S3PlEMernQFg8tJA/v5k7kp+dZl/p8O51jMRBES',
  'PQFZ2CzaJzuqOXD59Lyl1cnbhcGKXz5/WqG6O/6ZFYU2k97WSAglDXUSTediDFmc',
  'jO/hr423vLVnqKQHnd238Py47mFWnQweWodmrokbo7OiZuydZswzErZoNQRanMGN',
  'vkiNPO/Ea2pwlqADSez71Xp81a7N1LS+l1I=',
  '-----END CERTIFICATE-----',
  '',
].join('\n')

/** An authority of its own for each number up to 255: nobody here checks signatures, so their last byte may differ. */
export const authority = (n: number): string => {
  const [, text = ''] = EC_CERT.replaceAll('\n', '')
    .split('-----')
    .filter((part) => part !== '')
  const der = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  der[der.length - 1] = n
  return `-----BEGIN CERTIFICATE-----\n${btoa(String.fromCharCode(...der))}\n-----END CERTIFICATE-----\n`
}
