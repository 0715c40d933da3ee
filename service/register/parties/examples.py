"""Examples that prefill Swagger UI."""

from fastapi.openapi.models import Example

PARTIES: dict[str, Example] = {
    "a_party": {"summary": "A government (201)", "value": {"code": "TR", "names": {"en": "Türkiye", "tr": "Türkiye"}}},
}
REGISTRARS: dict[str, Example] = {
    "a_ministry_and_its_system": {
        "summary": "A new party's registrar, with its first principal (201)",
        "value": {
            "organisation": {"name": "Ministry of Trade (sample)", "code": "TR/MOT"},
            "principal": {"client_id": "tr-registrar", "name": "A registrar's system (sample)"},
        },
    },
}
ORGANISATIONS: dict[str, Example] = {
    "an_organisation": {
        "summary": "A ministry of Azerbaijan (201 as AZ)",
        "value": {
            "party": "AZ",
            "code": "AZ/MOE",
            "name": "Ministry of Energy (sample)",
            "names": {"en": "Ministry of Energy (sample)"},
        },
    },
}
OWN_ISSUER_ONLY: dict[str, Example] = {
    "already_so": {"summary": "It is so already (409 as PK)", "value": {"own_issuer_only": False}},
}
OBJECTIONS: dict[str, Example] = {
    "it_is_there": {"summary": "Nothing was announced (404)", "value": {"reason": "The registrar has its access."}},
}
NAMES: dict[str, Example] = {
    "a_new_name": {
        "summary": "Another name since a day (201 as PK)",
        "value": {"name": "Customs Administration of Pakistan (sample)", "since": "2025-07-01"},
    },
}
PRINCIPALS: dict[str, Example] = {
    "an_observer": {
        "summary": "An observer (201)",
        "value": {"client_id": "sample-observer", "name": "A sample observer", "kind": "observer"},
    },
}
DEACTIVATIONS: dict[str, Example] = {
    "nobody": {"summary": "Nobody has this id (404)", "value": {"confirm": "the client id"}},
}
MY_SECRETS: dict[str, Example] = {
    "unknown_secret": {"summary": "A secret that is not the caller's (422)", "value": {"client_secret": "its secret"}},
}
SECRETS: dict[str, Example] = {
    "with_a_day": {"summary": "The old secrets stay good for a day (201)", "value": {}},
}
