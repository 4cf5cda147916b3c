<?php
// Debian's simplesamlphp as an identity provider: one JSON object a line in, one base64 text a line out.
// An object {"metadata": …} asks for metadata, {"response": …} for a response.

declare(strict_types=1);

error_reporting(E_ALL & ~E_DEPRECATED);  // the library is older than the PHP that runs it
ini_set('display_errors', 'stderr');

require '/usr/share/simplesamlphp/vendor/autoload.php';

use Psr\Log\LoggerInterface;
use Psr\Log\NullLogger;
use RobRichards\XMLSecLibs\XMLSecurityKey;
use SAML2\Assertion;
use SAML2\Compat\AbstractContainer;
use SAML2\Compat\ContainerSingleton;
use SAML2\Constants;
use SAML2\Response;
use SAML2\XML\saml\Issuer;
use SAML2\XML\saml\NameID;
use SAML2\XML\saml\SubjectConfirmation;
use SAML2\XML\saml\SubjectConfirmationData;

// What the library asks of the program around it. Nothing here answers to a browser, so nothing redirects or writes.
final class CommandLine extends AbstractContainer
{
    public function getLogger(): LoggerInterface
    {
        return new NullLogger();
    }

    public function generateId(): string
    {
        return '_' . bin2hex(random_bytes(21));
    }

    public function debugMessage($message, string $type): void
    {
    }

    public function redirect(string $url, array $data = []): void
    {
        throw new LogicException('not for a command line');
    }

    public function postRedirect(string $url, array $data = []): void
    {
        throw new LogicException('not for a command line');
    }

    public function getTempDir(): string
    {
        return sys_get_temp_dir();
    }

    public function writeFile(string $filename, string $data, ?int $mode = null): void
    {
        throw new LogicException('not for a command line');
    }
}

function issuer(string $value): Issuer
{
    $issuer = new Issuer();
    $issuer->setValue($value);
    return $issuer;
}

function confirmation(array $wanted): SubjectConfirmation
{
    $data = new SubjectConfirmationData();
    $data->setRecipient($wanted['recipient']);
    $data->setNotOnOrAfter(time() + $wanted['lifetime']);
    if ($wanted['in_response_to'] !== '') {
        $data->setInResponseTo($wanted['in_response_to']);
    }
    $confirmation = new SubjectConfirmation();
    $confirmation->setMethod(Constants::CM_BEARER);
    $confirmation->setSubjectConfirmationData($data);
    return $confirmation;
}

function assertion(array $wanted, string $entityId): Assertion
{
    $name = new NameID();
    $name->setValue($wanted['name_id']);
    $name->setFormat(Constants::NAMEID_PERSISTENT);
    $assertion = new Assertion();
    $assertion->setIssuer(issuer($wanted['issuer'] ?: $entityId));
    $assertion->setNameId($name);
    $assertion->setNotBefore(time() - 30);
    $assertion->setNotOnOrAfter(time() + $wanted['lifetime']);
    $assertion->setValidAudiences([$wanted['audience']]);
    $assertion->setAuthnInstant(time());
    $assertion->setAuthnContextClassRef(Constants::AC_PASSWORD);
    $assertion->setSubjectConfirmation([confirmation($wanted)]);
    $assertion->setAttributeNameFormat(Constants::NAMEFORMAT_URI);
    $assertion->setAttributes($wanted['attributes']);
    return $assertion;
}

function response(array $wanted, string $entityId, string $key, string $certificate): string
{
    $algorithm = $wanted['hash'] === 'sha1' ? XMLSecurityKey::RSA_SHA1 : XMLSecurityKey::RSA_SHA256;
    $signer = new XMLSecurityKey($algorithm, ['type' => 'private']);
    $signer->loadKey($key);
    $assertion = assertion($wanted, $entityId);
    $response = new Response();
    $response->setIssuer(issuer($wanted['issuer'] ?: $entityId));
    $response->setDestination($wanted['destination']);
    if ($wanted['in_response_to'] !== '') {
        $response->setInResponseTo($wanted['in_response_to']);
    }
    foreach (['assertion' => $assertion, 'response' => $response] as $what => $element) {
        if (in_array($wanted['sign'], [$what, 'both'], true)) {
            $element->setSignatureKey($signer);
            $element->setCertificates([$certificate]);
        }
    }
    $response->setAssertions([$assertion]);
    $element = $response->getSignatureKey() === null ? $response->toUnsignedXML() : $response->toSignedXML();
    return $element->ownerDocument->saveXML($element);
}

function metadata(string $entityId, string $certificate): string
{
    $builder = new SimpleSAML\Metadata\SAMLBuilder($entityId);
    $builder->addMetadataIdP20([
        'entityid' => $entityId,
        'metadata-set' => 'saml20-idp-hosted',
        'certData' => preg_replace('/-----[^-]+-----|\s/', '', $certificate),
        'SingleSignOnService' => [
            ['Binding' => Constants::BINDING_HTTP_REDIRECT, 'Location' => 'https://idp.example.com/sso'],
        ],
    ]);
    return $builder->getEntityDescriptorText();
}

[, $keyFile, $certificateFile, $entityId] = $argv;
$key = file_get_contents($keyFile);
$certificate = file_get_contents($certificateFile);
ContainerSingleton::setContainer(new CommandLine());
while (($line = fgets(STDIN)) !== false) {
    $asked = json_decode($line, true, 32, JSON_THROW_ON_ERROR);
    $document = isset($asked['metadata'])
        ? metadata($entityId, $certificate)
        : response($asked['response'], $entityId, $key, $certificate);
    fwrite(STDOUT, base64_encode($document) . "\n");
}
