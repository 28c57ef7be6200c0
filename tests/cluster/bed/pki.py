"""Certificates, tokens and kubeconfigs of one bed. All of it is thrown away with the run folder."""
import base64
import os
import secrets
import subprocess

import yaml

from bed import clock
from bed.run import API_PORT

# Token file user → its groups. `freshet` is used only while deploy/ has no ServiceAccount.
USERS = {
    "admin": "system:masters",
    "freshet": "system:masters",
    "garbage-collector": "system:masters",
    "standin": "system:masters",
    "system:serviceaccount:knative-serving:controller": "system:masters",
    "alice": "",
}


def openssl(pki, *words):
    """As a day ago: what it makes is valid by clocks that are behind, too."""
    subprocess.run(["openssl", *words], cwd=pki, check=True, capture_output=True,
                   env={**os.environ, **clock.shifted("-1d")})


def make(run):
    """Writes a CA, the server's certificate, the key of ServiceAccount tokens, tokens.csv."""
    pki = run.folder / "pki"
    if (pki / "tokens.csv").exists():
        return
    openssl(pki, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
            "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=freshet test bed")
    openssl(pki, "req", "-newkey", "rsa:2048", "-nodes",
            "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=kube-apiserver")
    (pki / "san").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    openssl(pki, "x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
            "-days", "30", "-CAcreateserial", "-extfile", "san", "-out", "server.crt")
    openssl(pki, "genrsa", "-out", "sa.key", "2048")
    openssl(pki, "rsa", "-in", "sa.key", "-pubout", "-out", "sa.pub")
    rows = []
    for number, (user, group) in enumerate(USERS.items()):
        token = secrets.token_hex(16)
        rows.append(f'{token},{user},u{number}' + (f',"{group}"' if group else ""))
        write_kubeconfig(run, kubeconfig_of(run, user), token)
    (pki / "tokens.csv").write_text("\n".join(rows) + "\n")


def kubeconfig_of(run, user):
    if user == "admin":
        return run.admin_kubeconfig
    return run.folder / "pki" / (user.rpartition(":")[2] + ".kubeconfig")


def write_kubeconfig(run, path, token):
    ca = base64.b64encode((run.folder / "pki" / "ca.crt").read_bytes()).decode()
    path.write_text(yaml.safe_dump({
        "apiVersion": "v1", "kind": "Config", "current-context": "bed",
        "clusters": [{"name": "bed", "cluster": {
            "server": f"https://127.0.0.1:{API_PORT}", "certificate-authority-data": ca}}],
        "users": [{"name": "user", "user": {"token": token}}],
        "contexts": [{"name": "bed", "context": {"cluster": "bed", "user": "user"}}]}))
    path.chmod(0o600)
