"""An authority of a test's own, and what servers are known by: certificates of every kind."""

import datetime, ipaddress, ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.timezone.utc)


class Authority:
    """Whoever signs certificates. Its own is in a file, for whoever is to trust it."""

    def __init__(self, folder, name):
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        self.file = folder / f"{name}.pem"
        # Whoever looks closely wants to know what it may be used for, and whose it is.
        usage = dict.fromkeys((
            "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
            "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
        ), False) | {"key_cert_sign": True}
        identifier = x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        own = x509.BasicConstraints(True, None), x509.KeyUsage(**usage), identifier
        certificate = self.certificate(self.name, self.key, NOW - DAY, NOW + DAY, *own)
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def certificate(self, subject, key, begins, ends, *extensions):
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(self.key, hashes.SHA256())

    def signs(self, *names, begins=NOW - DAY, ends=NOW + DAY):
        """What a server of these names is known by."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "server")])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return used(self.folder, key, self.certificate(subject, key, begins, ends, named(names), issuer))


def signed_by_itself(folder, *names):
    own = Authority(folder, f"itself-{len(list(folder.iterdir()))}")
    return used(folder, own.key, own.certificate(own.name, own.key, NOW - DAY, NOW + DAY, named(names)))


def used(folder, key, certificate):
    file, pem = folder / f"{certificate.serial_number}.pem", serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def named(names):
    def read(name):
        try:
            return x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            return x509.DNSName(name)

    return x509.SubjectAlternativeName([read(name) for name in names])
