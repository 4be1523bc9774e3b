"""A subscriber with IMS made, read, changed and removed with a client that is generated from docs/openapi.json.

Arguments: where the interface is, and a token.
"""

import sys

from quintet_provisioning_client import AuthenticatedClient
from quintet_provisioning_client.api.audit import list_audit
from quintet_provisioning_client.api.subscribers import (
    create_subscriber,
    delete_ims,
    delete_subscriber,
    get_ims,
    get_roaming,
    get_subscriber,
    list_subscribers,
    patch_subscriber,
    put_ims,
    put_roaming,
    put_subscriber,
)
from quintet_provisioning_client.models import (
    ImplicitRegistrationSet,
    ImsPrivateIdentity,
    ImsPublicIdentity,
    ImsServiceProfile,
    ImsSubscription,
    PatchSubscriberBody,
    Problem,
    PublicService,
    Record,
    RoamingOnly,
    ServiceKind,
    SipDigest,
)

IMSI = "001010000000001"
HOME = "ims.mnc001.mcc001.3gppnetwork.org"

# Calls go to an application server (TS 29.228 Annex B.2.2).
PROFILE = """<IMSSubscription><PrivateID>nobody@example.org</PrivateID><ServiceProfile>
<PublicIdentity><Identity>sip:nobody@example.org</Identity></PublicIdentity>
<InitialFilterCriteria><Priority>7</Priority>
<TriggerPoint><ConditionTypeCNF>1</ConditionTypeCNF>
<SPT><ConditionNegated>0</ConditionNegated><Group>0</Group><Method>INVITE</Method></SPT></TriggerPoint>
<ApplicationServer><ServerName>sip:telephony.example.org</ServerName><DefaultHandling>0</DefaultHandling></ApplicationServer>
</InitialFilterCriteria></ServiceProfile></IMSSubscription>"""


def done(answer, status):
    """The parsed answer, which must have this status."""
    assert answer.status_code == status, (answer.status_code, answer.content)
    return answer.parsed


def subscriber(client):
    """Made, read, changed under conditions, written down."""
    wish = Record(
        imsi=IMSI,
        msisdn="33612345678",
        k="465b5ce8b199b49faa5f0a2ee238a6bc",
        opc="cd63cb71954a9f4e48a5994e37a02baf",
        ims=True,
    )
    made = done(create_subscriber.sync_detailed(client=client, body=wish), 201)
    assert made.msisdn == "33612345678"
    again = done(create_subscriber.sync_detailed(client=client, body=wish), 409)
    assert isinstance(again, Problem) and again.detail, again
    answer = get_subscriber.sync_detailed(IMSI, client=client)
    read = done(answer, 200)
    assert read.to_dict() == made.to_dict()
    assert not {"k", "opc", "op"} & set(read.to_dict())
    known = get_subscriber.sync_detailed(IMSI, client=client, if_none_match=answer.headers["etag"])
    assert known.status_code == 304, known.content
    page = done(list_subscribers.sync_detailed(client=client, imsi_prefix="00101"), 200)
    assert [one.imsi for one in page.subscribers] == [IMSI]
    patch = PatchSubscriberBody.from_dict({"msisdn": "33600000000"})
    patched = patch_subscriber.sync_detailed(IMSI, client=client, body=patch)
    assert done(patched, 200).msisdn == "33600000000"
    stale = put_subscriber.sync_detailed(IMSI, client=client, body=read, if_match=answer.headers["etag"])
    assert isinstance(done(stale, 412), Problem)
    put = put_subscriber.sync_detailed(IMSI, client=client, body=read, if_match=patched.headers["etag"])
    assert done(put, 200).to_dict() == read.to_dict()
    log = done(list_audit.sync_detailed(client=client, subject=IMSI), 200)
    assert len(log.entries) >= 3, log


def ims(client):
    """An IMS subscription: identities of a user and of a service, SIP Digest, filter criteria, as a resource and in the record."""
    derived = done(get_ims.sync_detailed(IMSI, client=client), 200)
    assert [one.identity for one in derived.private] == [f"{IMSI}@{HOME}"]
    assert f"sip:{IMSI}@{HOME}" in [one.identity for one in derived.sets[0].identities]
    service = PublicService(active=True, application_server="sip:conference.example.org")
    wish = ImsSubscription(
        imsi=IMSI,
        private=[
            ImsPrivateIdentity(identity=f"{IMSI}@{HOME}", aka=IMSI),
            ImsPrivateIdentity(identity="desk@example.org", digest=SipDigest(realm="example.org", password="open sesame")),
        ],
        sets=[
            ImplicitRegistrationSet(
                id=0,
                identities=[
                    ImsPublicIdentity(identity="sip:alice@example.org", display_name="Alice", service_profile=1),
                    ImsPublicIdentity(identity="tel:+33612345678", service_profile=1, max_registrations=2),
                ],
            ),
            ImplicitRegistrationSet(
                id=1,
                identities=[
                    ImsPublicIdentity(identity="sip:room@example.org", kind=ServiceKind(service=service))
                ],
            ),
        ],
        profiles=[ImsServiceProfile(id=0, xml=""), ImsServiceProfile(id=1, xml=PROFILE)],
    )
    put = done(put_ims.sync_detailed(IMSI, client=client, body=wish), 200)
    read = done(get_ims.sync_detailed(IMSI, client=client), 200)
    assert read.to_dict() == put.to_dict()
    assert "open sesame" not in str(read), "a password is told"
    assert [len(one.identities) for one in read.sets] == [2, 1]
    assert isinstance(read.sets[1].identities[0].kind, ServiceKind)
    assert read.sets[1].identities[0].kind.service == service
    assert "sip:telephony.example.org" in read.profiles[1].xml
    record = done(get_subscriber.sync_detailed(IMSI, client=client), 200)
    assert record.ims.to_dict() == read.to_dict()
    found = done(list_subscribers.sync_detailed(client=client, impu="sip:alice@example.org"), 200)
    assert [one.imsi for one in found.subscribers] == [IMSI]
    wish.profiles[1].xml = "<IMSSubscription>"
    refused = done(put_ims.sync_detailed(IMSI, client=client, body=wish), 422)
    assert isinstance(refused, Problem), refused
    gone = done(delete_ims.sync_detailed(IMSI, client=client), 200)
    assert "ims" not in gone.to_dict()
    assert get_ims.sync_detailed(IMSI, client=client).status_code == 404
    again = done(put_ims.sync_detailed(IMSI, client=client, body=True), 200)
    assert again.to_dict() == derived.to_dict()


def roaming(client):
    """A union of a word and objects."""
    only = RoamingOnly(only=["20801"])
    assert done(put_roaming.sync_detailed(IMSI, client=client, body=only), 200) == only
    assert done(get_roaming.sync_detailed(IMSI, client=client), 200) == only


def main(url, token):
    client = AuthenticatedClient(base_url=url, token=token)
    subscriber(client)
    ims(client)
    roaming(client)
    stranger = AuthenticatedClient(base_url=url, token="quintet_nobody")
    assert isinstance(done(get_subscriber.sync_detailed(IMSI, client=stranger), 401), Problem)
    gone = done(delete_subscriber.sync_detailed(IMSI, client=client), 200)
    assert len(gone.sqn) == 12
    assert get_subscriber.sync_detailed(IMSI, client=client).status_code == 404
    print("the generated client did it all")


if __name__ == "__main__":
    main(*sys.argv[1:])
