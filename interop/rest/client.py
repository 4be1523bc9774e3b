"""A subscriber made, read, changed and removed with a client that is generated from docs/openapi.json.

Arguments: where the interface is, and a token.
"""

import sys

from quintet_provisioning_client import AuthenticatedClient
from quintet_provisioning_client.api.audit import list_audit
from quintet_provisioning_client.api.subscribers import (
    create_subscriber,
    delete_subscriber,
    get_subscriber,
    list_subscribers,
    patch_subscriber,
    put_roaming,
    put_subscriber,
)
from quintet_provisioning_client.models import PatchSubscriberBody, Record

IMSI = "001010000000001"


def done(answer, status):
    """The parsed answer, which must have this status."""
    assert answer.status_code == status, (answer.status_code, answer.content)
    return answer.parsed


def main(url, token):
    client = AuthenticatedClient(base_url=url, token=token)
    # Without IMS: of a union of a string and an object (PublicIdentityKind) this generator names a module and writes none.
    wish = Record.from_dict(
        {
            "imsi": IMSI,
            "msisdn": "33612345678",
            "k": "465b5ce8b199b49faa5f0a2ee238a6bc",
            "opc": "cd63cb71954a9f4e48a5994e37a02baf",
        }
    )
    made = done(create_subscriber.sync_detailed(client=client, body=wish), 201)
    assert made.msisdn == "33612345678"
    again = create_subscriber.sync_detailed(client=client, body=wish)
    assert again.status_code == 409 and again.parsed.detail, again.content
    answer = get_subscriber.sync_detailed(IMSI, client=client)
    read = done(answer, 200)
    assert read.to_dict() == made.to_dict()
    assert not {"k", "opc", "op"} & set(read.to_dict())
    page = done(list_subscribers.sync_detailed(client=client, imsi_prefix="00101"), 200)
    assert [one.imsi for one in page.subscribers] == [IMSI]
    patch = PatchSubscriberBody.from_dict({"msisdn": "33600000000"})
    patched = patch_subscriber.sync_detailed(IMSI, client=client, body=patch)
    assert done(patched, 200).msisdn == "33600000000"
    stale = put_subscriber.sync_detailed(IMSI, client=client, body=read, if_match=answer.headers["etag"])
    assert stale.status_code == 412, stale.content
    put = put_subscriber.sync_detailed(IMSI, client=client, body=read, if_match=patched.headers["etag"])
    assert done(put, 200).to_dict() == read.to_dict()
    log = done(list_audit.sync_detailed(client=client, subject=IMSI), 200)
    assert len(log.entries) >= 3, log
    gone = done(delete_subscriber.sync_detailed(IMSI, client=client), 200)
    assert len(gone.sqn) == 12
    assert get_subscriber.sync_detailed(IMSI, client=client).status_code == 404
    assert put_roaming  # it was generated, although a union
    print("the generated client did it all")


if __name__ == "__main__":
    main(*sys.argv[1:])
