"""What was changed, by the audit log, one change a line, the latest first. Arguments: where the interface is, and a token."""

import json
import sys
import urllib.request


def main(url, token):
    cursor = ""
    while True:
        request = urllib.request.Request(f"{url}/api/v1/audit?limit=1024{cursor}")
        request.add_header("Authorization", f"Bearer {token}")
        page = json.load(urllib.request.urlopen(request))
        for entry in page["entries"]:
            if entry["outcome"] == "done":
                print(entry["what"])
        if "next" not in page:
            break
        cursor = f"&cursor={page['next']}"


if __name__ == "__main__":
    main(*sys.argv[1:])
