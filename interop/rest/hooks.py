"""A check of schemathesis: who has no token is told so, and nothing else happens."""

import schemathesis


@schemathesis.check
def nothing_without_a_token(ctx, response, case):
    # 400 and 405 tell what is wrong with the request itself; 429: this address was told too often.
    assert response.status_code in (400, 401, 405, 429), response.status_code
    assert response.headers["content-type"] == ["application/problem+json"], response.headers
