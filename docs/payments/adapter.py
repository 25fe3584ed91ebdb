"""Pays what the refund engine wants paid, and reports what the payment provider says came of it.
Whatever is lost on the way is asked for again, by the attempt's own key: that pays nothing twice. A notice of the
provider only says where to look; what is reported is what the provider answers when it is asked."""
import json, os, sys, time, urllib.error, urllib.request
ENGINE, ENGINE_KEY, PROVIDER, MEMORY = (os.environ[name] for name in ("ENGINE", "ENGINE_KEY", "PROVIDER", "MEMORY"))


def call(method, url, body=None):
    """The status of an answer, and what it says; no status where none came, or one that says to come again."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {ENGINE_KEY}"} if url.startswith(ENGINE) else {})}
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(), headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as no:
        if no.code in (401, 403, 410):
            sys.exit(f"{method} {url} is answered {no.code}: {no.read().decode()}")
        return (None if no.code in (408, 425, 429) or no.code >= 500 else no.code), {}
    except (OSError, ValueError):
        return None, {}


def remember(memory):
    """On the disk before anything else is done: a crash leaves the old or the new, and never a half."""
    with open(MEMORY + ".new", "w") as file:
        file.write(json.dumps(memory)), file.flush(), os.fsync(file.fileno())
    os.replace(MEMORY + ".new", MEMORY)


def begin(memory):
    """Takes in which attempts the engine has begun since; each is open until something has come of it."""
    status, feed = call("GET", f"{ENGINE}/v1/events?limit=100" + (f"&after={memory['after']}" if memory["after"] else ""))
    if status == 200:
        begun = [event["data"] for event in feed["items"] if event["type"] == "refund.payout_started"]
        memory["open"].update({attempt["attempt_key"]: attempt["amount"] for attempt in begun})
        memory["after"] = feed["after"] or memory["after"]
        remember(memory)


def report(key, payment):
    """Tells the engine what came of an attempt; whether it knows it then, a rule's no (409) included."""
    refund_id, attempt = key.rsplit("-", 1)
    status, refund = call("GET", f"{ENGINE}/v1/refunds/{refund_id}")
    if status != 200 or (refund.get("payout") or {}).get("amount") != payment["amount"]:
        # After a restore of the engine something else may have been agreed: that is for people, and no success of it.
        print(f"{key}: the engine does not want {payment['amount']} paid by it", file=sys.stderr)
        return status == 200
    said = {"attempt": int(attempt), "provider_reference": payment["reference"], "reason": payment["reason"]}
    # Money that came back had been paid; the engine may not have heard of that yet.
    for result in ["succeeded", "reversed"] if payment["status"] == "reversed" else [payment["status"]]:
        status, _ = call("POST", f"{ENGINE}/v1/refunds/{refund_id}/payout", {**said, "result": result})
        if status != 200:
            print(f"{key}: {result} was answered {status or 'nothing'}", file=sys.stderr)
            return status == 409
    return True


def settle(memory):
    """Asks for every attempt that is out to be paid, until the provider has said what came of it and the engine knows."""
    for key, amount in list(memory["open"].items()):
        status, refund = call("GET", f"{ENGINE}/v1/refunds/{key.rsplit('-', 1)[0]}")
        is_out = any(one["attempt_key"] == key and one["status"] == "started" for one in (refund.get("payout") or {}).get("attempts", []))
        said, payment = call("PUT", f"{PROVIDER}/payments/{key}", amount) if is_out else (None, {})
        if status == 200 and (not is_out or said == 200 and payment["status"] != "pending" and report(key, payment)):
            del memory["open"][key]
            remember(memory)


def listen(memory):
    """Looks again where the provider has a notice: what had failed may have been paid, what was paid may have come back."""
    status, notices = call("GET", f"{PROVIDER}/notices?after={memory['noticed']}")
    for key in {notice["key"] for notice in notices.get("items", [])}:
        status, payment = call("GET", f"{PROVIDER}/payments/{key}")
        if status != 200 or (payment["status"] != "pending" and not report(key, payment)):
            return
    memory["noticed"] = notices.get("after", memory["noticed"])
    remember(memory)


memory = {"after": "", "noticed": 0, "open": {}} if not os.path.exists(MEMORY) else json.load(open(MEMORY))
while True:
    begin(memory), settle(memory), listen(memory)
    if "--once" in sys.argv: break
    time.sleep(1)
