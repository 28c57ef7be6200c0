"""Container images of one small file: made with umoci, pushed with skopeo, read back by digest."""
import http.client
import os
import shutil
import tempfile
from datetime import datetime, timezone
from pathlib import Path

from bed.run import REGISTRY, REGISTRY_PORT, BedError

MANIFEST_TYPES = ("application/vnd.oci.image.manifest.v1+json, "
                  "application/vnd.docker.distribution.manifest.v2+json")


def push(run, repository, tag, content):
    """Makes an image whose one file holds `content`, moves the tag to it and returns its digest."""
    rootless = [] if os.geteuid() == 0 else ["--rootless"]
    with tempfile.TemporaryDirectory() as folder:
        layout, image = f"{folder}/layout", f"{folder}/layout:made"
        Path(folder, "content").write_text(content)
        run.run(["umoci", "init", "--layout", layout])
        run.run(["umoci", "new", "--image", image])
        run.run(["umoci", "insert", *rootless, "--image", image, f"{folder}/content", "/content"])
        run.run(["skopeo", "copy", "--quiet", "--dest-tls-verify=false", f"oci:{image}",
                 f"docker://{REGISTRY}/{repository}:{tag}"])
    return digest_of(repository, tag)


def push_on_base(run, repository, tag, base_content, content):
    """An image of one file upon a base of another, which it names in annotations as its base; the
    base is pushed beside it, to REPOSITORY-base:TAG. The same content is the same layer."""
    rootless = [] if os.geteuid() == 0 else ["--rootless"]
    base = f"{repository}-base"
    with tempfile.TemporaryDirectory() as folder:
        image = f"{folder}/layout:made"
        run.run(["umoci", "init", "--layout", f"{folder}/layout"])
        run.run(["umoci", "new", "--image", image])
        for name, text in (("base", base_content), ("content", content)):
            Path(folder, name).write_text(text)
            os.utime(Path(folder, name), (0, 0))
        run.run(["umoci", "insert", *rootless, "--image", image, f"{folder}/base", "/base"])
        run.run(["skopeo", "copy", "--quiet", "--dest-tls-verify=false", f"oci:{image}",
                 f"docker://{REGISTRY}/{base}:{tag}"])
        run.run(["umoci", "insert", *rootless, "--image", image, f"{folder}/content", "/content"])
        named = "--manifest.annotation=org.opencontainers.image.base"
        run.run(["umoci", "config", "--no-history", "--image", image,
                 f"{named}.name={REGISTRY}/{base}:{tag}",
                 f"{named}.digest={digest_of(base, tag)}"])
        run.run(["skopeo", "copy", "--quiet", "--dest-tls-verify=false", f"oci:{image}",
                 f"docker://{REGISTRY}/{repository}:{tag}"])
    return digest_of(repository, tag)


def push_again(run, repository, tag):
    """Builds the tag's image once more: the same layers with another date; the new digest."""
    made = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    with tempfile.TemporaryDirectory() as folder:
        image = f"{folder}/layout:made"
        run.run(["skopeo", "copy", "--quiet", "--src-tls-verify=false",
                 f"docker://{REGISTRY}/{repository}:{tag}", f"oci:{image}"])
        run.run(["umoci", "config", "--no-history", "--image", image,
                 "--created", made])
        run.run(["skopeo", "copy", "--quiet", "--dest-tls-verify=false", f"oci:{image}",
                 f"docker://{REGISTRY}/{repository}:{tag}"])
    return digest_of(repository, tag)


def retag(run, repository, tag, reference):
    """Moves the tag to an image that is there already (a digest or another tag); its digest."""
    joint = "@" if reference.startswith("sha256:") else ":"
    run.run(["skopeo", "copy", "--quiet", "--preserve-digests", "--remove-signatures",
             "--src-tls-verify=false", "--dest-tls-verify=false",
             f"docker://{REGISTRY}/{repository}{joint}{reference}",
             f"docker://{REGISTRY}/{repository}:{tag}"])
    return digest_of(repository, tag)


def untag(run, repository, tag):
    """Takes a tag away and leaves its image: distribution's API can only delete both."""
    shutil.rmtree(run.folder / "registry" / "docker" / "registry" / "v2" / "repositories"
                  / repository / "_manifests" / "tags" / tag)


def digest_of(repository, tag):
    """What the registry itself answers for the tag; digests differ from run to run."""
    connection = http.client.HTTPConnection("127.0.0.1", REGISTRY_PORT, timeout=5)
    try:
        connection.request("HEAD", f"/v2/{repository}/manifests/{tag}",
                           headers={"Accept": MANIFEST_TYPES})
        reply = connection.getresponse()
        digest = reply.getheader("Docker-Content-Digest")
    finally:
        connection.close()
    if reply.status != 200 or not digest:
        raise BedError(f"{REGISTRY}/{repository}:{tag} answers {reply.status} without a digest")
    return digest
