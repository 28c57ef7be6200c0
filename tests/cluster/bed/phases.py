"""The phases of a rollout: a shop is brought to one and rests in it until the story goes on.

No metrics are needed for that, and no step takes longer than a second: what is told here is not how
a build is judged.
"""
from bed.shop import SERVICE, merged

QUICK = {"rollout": {"steps": [50], "minimumStep": "1s", "bake": {"for": "0s"}},
         "analysis": {"mode": "ReadinessOnly"}}
# Phase → what in the spec keeps a rollout there.
RESTS = {
    "Idle": {},
    "Preparing": {},  # its pods are not Ready
    "Waiting": {"rollout": {"approval": "BeforeTraffic"}},
    "Shifting": {"rollout": {"minimumStep": "1h"}},
    "Baking": {"rollout": {"bake": {"for": "1h"}}},
    "Retreating": {"rollout": {"minimumStep": "1h"}},  # aborted, and the ingress is stuck
}
PHASES = list(RESTS)
ROLLING = [phase for phase in PHASES if phase not in ("Idle", "Retreating")]
SHARE = {"Shifting": 50, "Baking": 90}  # percent that the candidate has there


def track_quickly(shop, **spec):
    shop.track(**merged(QUICK, spec))


def rest_in(shop, phase, create=None, service=None, **spec):
    """Opens the shop and lets a second build come as far as this phase; the build's digest. In Idle
    there is none yet."""
    shop.behave(rate=20)
    shop.open(create, **(service or {}))
    digest = None
    if phase != "Idle":
        digest = shop.push("second build")  # found by the first look at the tag
        if phase == "Preparing":
            shop.behave(images={digest: {"mode": "never"}})
    track_quickly(shop, **merged(RESTS[phase], spec))
    first = "Shifting" if phase == "Retreating" else phase
    shop.until(f"phase {first}", lambda: shop.core_phase()[0] == first)
    if first == "Preparing":
        shop.until("the candidate's Revision", lambda: shop.revision_of(digest))
    if first in SHARE:
        shop.until_shifted(SHARE[first])
    if phase == "Retreating":
        shop.behave(ingresses={SERVICE: "stuck"})
        shop.annotate("abort", "looks wrong")
        shop.until("the retreat", lambda: shop.core_phase()[0] == phase)
    return digest


def go_on(shop, phase):
    """Ends the rest. What comes next does not rest again, but for an approval."""
    if phase == "Preparing":
        shop.behave(images={digest: {"mode": "ok"} for digest in shop.control["images"]})
    elif phase == "Waiting":
        shop.annotate("promote")
    elif phase == "Retreating":
        shop.behave(ingresses={SERVICE: "ok"})
    if phase in ("Shifting", "Baking", "Retreating"):
        quick = {key: QUICK["rollout"][key] for key in RESTS[phase]["rollout"]}
        shop.retune({"rollout": quick})
