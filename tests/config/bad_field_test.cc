// Each field's bad values: sentences, and the exact messages they get.
#include <gtest/gtest.h>

#include "tests/config/problems.h"

namespace freshet {
namespace {

const std::vector<Row> kFieldRows = {
    {"a misspelt field is told with the nearest name",
     "  rollout:\n    step: [1]\n",
     {"spec.rollout.step (line 6, column 5): unknown field step; did you mean steps?"}},
    {"a bare number is no duration",
     "  poll: {every: 5}\n",
     {"spec.poll.every (line 5, column 17): found 5 without a unit; allowed: a duration from "
      "10s to 1d, as in 90s, 15m, 6h or 1h30m"}},
    {"a bare number in quotes is none either",
     "  poll: {every: \"300\"}\n",
     {"spec.poll.every (line 5, column 17): found \"300\" without a unit; allowed: a duration "
      "from 10s to 1d, as in 90s, 15m, 6h or 1h30m"}},
    {"a duration in words is refused",
     "  poll: {every: 5 minutes}\n",
     {"spec.poll.every (line 5, column 17): found \"5 minutes\"; allowed: a duration from 10s "
      "to 1d"}},
    {"a duration below its bound is refused",
     "  poll: {every: 1s}\n",
     {"spec.poll.every (line 5, column 17): found \"1s\"; allowed: a duration from 10s to 1d"}},
    {"a duration above its bound is refused",
     "  analysis: {warmUp: 2h}\n",
     {"spec.analysis.warmUp (line 5, column 22): found \"2h\"; allowed: a duration from 0s to "
      "1h"}},
    {"an objective promises one thing",
     "  analysis:\n    objectives:\n    - {errors: 2%, slowerThan: 1s, share: 1%}\n",
     {"spec.analysis.objectives[0] (line 7, column 7): errors and slowerThan are objectives of "
      "their own; allowed: errors, or slowerThan with share"}},
    {"slow requests are promised with a share",
     "  analysis: {objectives: [{slowerThan: 1s}]}\n",
     {"spec.analysis.objectives[0] (line 5, column 27): slowerThan and share are given together; "
      "allowed: errors, or slowerThan with share"}},
    {"a share is a percentage",
     "  analysis: {objectives: [{errors: 0.02}]}\n",
     {"spec.analysis.objectives[0].errors (line 5, column 36): found 0.02; allowed: a percentage "
      "above 0% and below 100%, as in 2% or 0.5%"}},
    {"noise is never less than chance",
     "  analysis: {dispersion: 0.5}\n",
     {"spec.analysis.dispersion (line 5, column 26): found 0.5; allowed: a number from 1 to 5"}},
    {"a check asks about one Revision",
     "  analysis:\n    checks:\n    - {name: memory, query: 'sum(bytes{app=\"shop\"})'}\n",
     {"spec.analysis.checks[0].query (line 7, column 29): {{revision}} is missing; allowed: PromQL "
      "with {{revision}}, and perhaps {{namespace}}, inside its quoted matchers"}},
    {"a place in a query stands inside quotes",
     "  analysis:\n    checks:\n    - {name: memory, query: 'sum({{revision}})'}\n",
     {"spec.analysis.checks[0].query (line 7, column 29): {{revision}} stands outside quotes; "
      "allowed: PromQL with {{revision}}, and perhaps {{namespace}}, inside its quoted matchers"}},
    {"each check has a name of its own",
     "  analysis:\n    checks:\n    - {name: m, query: 'x{r=\"{{revision}}\"}'}\n"
     "    - {name: m, query: 'y{r=\"{{revision}}\"}'}\n",
     {"spec.analysis.checks[1] (line 8, column 7): another check is called m; allowed: a name of "
      "its own"}},
    {"each gate has a name of its own",
     "  gates: [{name: a, http: {}}, {name: a, http: {}}]\n",
     {"spec.gates[1] (line 5, column 32): another gate is called a; allowed: a name of its own"}},
    {"a gate asks for something",
     "  gates: [{name: a}]\n",
     {"spec.gates[0] (line 5, column 11): nothing to ask; allowed: http or taskRun"}},
    {"a gate asks one thing",
     "  gates: [{name: a, http: {}, taskRun: {taskRef: {name: b}}}]\n",
     {"spec.gates[0] (line 5, column 11): http and taskRun exclude each other; allowed: http or "
      "taskRun"}},
    {"a TaskRun runs a Task",
     "  gates: [{name: a, taskRun: {}}]\n",
     {"spec.gates[0].taskRun (line 5, column 30): taskRef is missing; allowed: a mapping"}},
    {"a TaskRun's params leave those that are given",
     "  gates: [{name: a, taskRun: {taskRef: {name: b}, params: {digest: x}}}]\n",
     {"spec.gates[0].taskRun.params (line 5, column 59): found param digest; allowed: at most 32 "
      "params; digest, tag-url, revision and service are given always"}},
    {"a gate requires no more answers than it asks for",
     "  gates: [{name: a, http: {requests: 2, required: 3}}]\n",
     {"spec.gates[0].http.required (line 5, column 51): found 3 of 2 requests; allowed: a whole "
      "number from 1 to 2"}},
    {"a gate asks nobody but its candidate",
     "  gates: [{name: a, http: {headers: {Host: b}}}]\n",
     {"spec.gates[0].http.headers (line 5, column 37): found header Host; allowed: at most 16 "
      "headers, none of which says where the request goes or how long it is"}},
    {"steps have to rise",
     "  rollout: {steps: [1, 20, 5]}\n",
     {"spec.rollout.steps[2] (line 5, column 28): steps must rise: found 5 after 20; allowed: "
      "a whole number from 21 to 99"}},
    {"nothing rises above 99",
     "  rollout: {steps: [99, 99]}\n",
     {"spec.rollout.steps[1] (line 5, column 25): steps must rise: found 99 after 99; allowed: "
      "nothing after 99"}},
    {"each step is a whole percent from 1 to 99",
     "  rollout: {steps: [0, 20.5, 100]}\n",
     {"spec.rollout.steps[0] (line 5, column 21): found 0; allowed: a whole number from 1 to 99",
      "spec.rollout.steps[1] (line 5, column 24): found 20.5; allowed: a whole number from 1 "
      "to 99",
      "spec.rollout.steps[2] (line 5, column 30): found 100; allowed: a whole number from 1 to "
      "99"}},
    {"there is at least one step",
     "  rollout: {steps: []}\n",
     {"spec.rollout.steps (line 5, column 20): found 0 items; allowed: 1 to 20 whole percents, "
      "rising, 1 to 99"}},
    {"steps are a list",
     "  rollout: {steps: 5}\n",
     {"spec.rollout.steps (line 5, column 20): found 5; allowed: 1 to 20 whole percents, "
      "rising, 1 to 99"}},
    {"a truth value is true or false and nothing else",
     "  suspend: yes\n",
     {"spec.suspend (line 5, column 12): found yes; allowed: true or false"}},
    {"a word that YAML takes for a truth value needs quotes",
     "  service: yes\n",
     {"spec.service (line 5, column 12): found yes without quotes; allowed: a name of at most "
      "63 lower-case letters, digits and -, starting with a letter, in quotes"}},
    {"a name has lower-case letters",
     "  service: Checkout\n",
     {"spec.service (line 5, column 12): found \"Checkout\"; allowed: a name of at most 63 "
      "lower-case letters, digits and -, starting with a letter"}},
    {"a leading zero is not an octal number",
     "  rollout: {bake: {holdback: 010}}\n",
     {"spec.rollout.bake.holdback (line 5, column 30): found 010; allowed: auto or a whole "
      "number from 1 to 50"}},
    {"a holdback of all traffic is refused",
     "  rollout: {bake: {holdback: 51}}\n",
     {"spec.rollout.bake.holdback (line 5, column 30): found 51; allowed: a whole number from "
      "1 to 50"}},
    {"an image needs its tag",
     "  images: [{image: ghcr.io/a/b}]\n",
     {"spec.images[0].image (line 5, column 20): found \"ghcr.io/a/b\": a tag is needed; "
      "allowed: registry/repository:tag, or follow beside it"}},
    {"a port is not a tag",
     "  images: [{image: \"localhost:5000/b\"}]\n",
     {"spec.images[0].image (line 5, column 20): found \"localhost:5000/b\": a tag is needed; "
      "allowed: registry/repository:tag, or follow beside it"}},
    {"an image by digest cannot be followed",
     "  images: [{image: \"ghcr.io/a/b@sha256:00\"}]\n",
     {"spec.images[0].image (line 5, column 20): found \"ghcr.io/a/b@sha256:00\": a digest "
      "never moves; allowed: registry/repository:tag"}},
    {"a repository has lower-case letters",
     "  images: [{image: ghcr.io/A/b:1}]\n",
     {"spec.images[0].image (line 5, column 20): found \"ghcr.io/A/b:1\": not a repository's "
      "name; allowed: registry/repository:tag"}},
    {"an entry of images needs the image",
     "  images: [{container: a}]\n",
     {"spec.images[0] (line 5, column 12): image is missing; allowed: registry/repository:tag"}},
    {"a pull secret is named, not pasted",
     "  images: [{image: a:1, pullSecrets: [\"a/b\"]}]\n",
     {"spec.images[0].pullSecrets[0] (line 5, column 39): found \"a/b\"; allowed: the name of a "
      "Secret in this namespace"}},
    {"a platform is os/architecture",
     "  images: [{image: a:1, platforms: [arm64]}]\n",
     {"spec.images[0].platforms[0] (line 5, column 37): found \"arm64\"; allowed: os/architecture "
      "or "
      "os/architecture/variant, as in linux/arm64"}},
    {"an age has a unit",
     "  images: [{image: a:1, minimumAge: 60d}]\n",
     {"spec.images[0].minimumAge (line 5, column 37): found \"60d\"; allowed: a duration from 0s "
      "to "
      "30d"}},
    {"where a policy chooses the tag, the image has none",
     "  images: [{image: \"a:1\", follow: {semver: \"~1.4\"}}]\n",
     {"spec.images[0].image (line 5, column 20): found \"a:1\": follow chooses the tag; allowed: "
      "registry/repository without a tag"}},
    {"a range is told word by word",
     "  images: [{image: a, follow: {semver: \">=1.4 <two\"}}]\n",
     {"spec.images[0].follow.semver (line 5, column 40): found \">=1.4 <two\": '<two' is no "
      "version or range; allowed: a range of versions such as ~1.4, ^1, >=1.4 <2 or 1.4.x"}},
    {"a range that is a number in YAML needs its quotes",
     "  images: [{image: a, follow: {semver: 1.4}}]\n",
     {"spec.images[0].follow.semver (line 5, column 40): found 1.4 without quotes; "
      "allowed: a range of versions such as ~1.4, ^1, >=1.4 <2 or 1.4.x, in quotes"}},
    {"a pattern and an order are told at once",
     "  images: [{image: a, follow: {pattern: \"(a\", order: Newest}}]\n",
     {"spec.images[0].follow.pattern (line 5, column 41): found \"(a\": missing ): (a; allowed: a "
      "regular expression (RE2)",
      "spec.images[0].follow.order (line 5, column 54): found \"Newest\"; allowed: Numerical, "
      "Alphabetical or Created"}},
    {"what RE2 cannot match in linear time is no pattern",
     "  images: [{image: a, follow: {pattern: '^(a)\\1$'}}]\n",
     {"spec.images[0].follow.pattern (line 5, column 41): found \"^(a)\\1$\": invalid escape "
      "sequence: \\1; allowed: a regular expression (RE2)"}},
    {"a policy is a range or a pattern",
     "  images: [{image: a, follow: {order: Created}}]\n",
     {"spec.images[0].follow (line 5, column 31): nothing to follow; allowed: semver, or pattern "
      "with an order"}},
    {"a policy is not both",
     "  images: [{image: a, follow: {semver: \"1\", pattern: a}}]\n",
     {"spec.images[0].follow (line 5, column 31): semver and pattern exclude each other; allowed: "
      "semver, or pattern with an order"}},
    {"versions have their own order",
     "  images: [{image: a, follow: {semver: \"1\", order: Created}}]\n",
     {"spec.images[0].follow.order (line 5, column 52): a semver range has its own order; allowed: "
      "order beside pattern only"}},
    {"several images need their containers",
     "  images: [{image: a:1}, {image: b:1}]\n",
     {"spec.images[0] (line 5, column 12): container is missing: several images are listed; "
      "allowed: a name of at most 63 lower-case letters, digits and -",
      "spec.images[1] (line 5, column 26): container is missing: several images are listed; "
      "allowed: a name of at most 63 lower-case letters, digits and -"}},
    {"a container is followed once",
     "  images: [{container: a, image: a:1}, {container: a, image: b:1}]\n",
     {"spec.images[1] (line 5, column 40): container a stands in images[0] already; allowed: "
      "each container once"}},
    {"a choice written differently is told with the right word",
     "  rollout: {approval: beforePromotion}\n",
     {"spec.rollout.approval (line 5, column 23): found \"beforePromotion\"; did you mean "
      "BeforePromotion?"}},
    {"a choice that is none is refused",
     "  rollout: {writeMode: Template}\n",
     {"spec.rollout.writeMode (line 5, column 24): found \"Template\"; allowed: Pin, "
      "TrafficOnly or Shadow"}},
    {"the promotion margin is greater in both parts",
     "  analysis: {errors: {rollback: 1.5x + 0.3%, promote: 1.5x + 0.5%}}\n",
     {"spec.analysis.errors.promote (line 5, column 55): the promotion margin must be greater "
      "than the rollback margin in both parts: found 1.5x + 0.5% against 1.5x + 0.3%; allowed: "
      "more than 1.5x and more than 0.3%"}},
    {"the promotion margin allows more than no percent",
     "  analysis: {latency: {rollback: 1x + 0%, promote: 2x + 0%}}\n",
     {"spec.analysis.latency.promote (line 5, column 52): the promotion margin must be greater "
      "than the rollback margin in both parts: found 2x + 0% against 1x + 0%; allowed: more "
      "than 1x and more than 0%"}},
    {"margins come in pairs",
     "  analysis: {errors: {rollback: 1.5x + 0.3%}}\n",
     {"spec.analysis.errors (line 5, column 22): promote is missing: the two margins are given "
      "together; allowed: both margins, or auto"}},
    {"a margin has both parts",
     "  analysis: {errors: {rollback: 1.5, promote: 2x}}\n",
     {"spec.analysis.errors.rollback (line 5, column 33): found 1.5; allowed: Ax + B% with A "
      "from 1 to 100 and B from 0 to 100, as in 1.25x + 0.1%",
      "spec.analysis.errors.promote (line 5, column 47): found \"2x\"; allowed: Ax + B% with A "
      "from 1 to 100 and B from 0 to 100, as in 1.25x + 0.1%"}},
    {"a margin below stable's own rate is refused",
     "  analysis: {errors: {rollback: 0.9x + 1%, promote: 2x + 2%}}\n",
     {"spec.analysis.errors.rollback (line 5, column 33): found \"0.9x + 1%\"; allowed: Ax + "
      "B% with A from 1 to 100 and B from 0 to 100, as in 1.25x + 0.1%"}},
    {"auto misspelt is told",
     "  analysis: {errors: atuo, latency: off}\n",
     {"spec.analysis.errors (line 5, column 22): found \"atuo\"; did you mean auto?",
      "spec.analysis.latency (line 5, column 37): found off; allowed: auto or a mapping"}},
    {"a code is text",
     "  analysis: {errors: {codes: [503]}}\n",
     {"spec.analysis.errors.codes[0] (line 5, column 31): found 503 without quotes; allowed: a "
      "class such as 5xx or a code such as 503, in quotes"}},
    {"a code that does not exist is refused",
     "  analysis: {errors: {codes: [6xx]}}\n",
     {"spec.analysis.errors.codes[0] (line 5, column 31): found \"6xx\"; allowed: a class such "
      "as 5xx or a code such as 503"}},
    {"a chance is neither zero nor one",
     "  analysis: {falseRollback: 0, missedRegression: 1}\n",
     {"spec.analysis.falseRollback (line 5, column 29): found 0; allowed: a number from 1e-06 "
      "to 0.1",
      "spec.analysis.missedRegression (line 5, column 50): found 1; allowed: a number from "
      "1e-06 to 0.5"}},
    {"an infinite chance is refused",
     "  analysis: {falseRollback: .inf}\n",
     {"spec.analysis.falseRollback (line 5, column 29): found .inf; allowed: a number from "
      "1e-06 to 0.1"}},
    {"a deadline has room for the steps",
     "  rollout: {steps: [1, 2, 3], minimumStep: 1h, deadline: 2h}\n",
     {"spec.rollout.deadline (line 5, column 58): the deadline comes before 3 steps of 1h can "
      "be over: found 2h; allowed: at least 3h"}},
    {"the deadline has room for the shorter plan as well",
     "  rollout: {deadline: 2h, newBase: {steps: [1, 2, 3], minimumStep: 1h}}\n",
     {"spec.rollout.deadline (line 5, column 23): the deadline comes before 3 steps of 1h can "
      "be over: found 2h; allowed: at least 3h"}},
    {"a plan of its own for a new base differs in something",
     "  rollout: {newBase: {}}\n",
     {"spec.rollout.newBase (line 5, column 22): nothing differs; allowed: steps, minimumStep or "
      "bake.for"}},
    {"a new base is baked as well",
     "  rollout: {newBase: {bake: {for: 0s}}}\n",
     {"spec.rollout.newBase.bake.for (line 5, column 35): found \"0s\"; allowed: a duration from "
      "1s to 7d"}},
    {"tag and service fit one host label",
     "  service: a23456789-123456789-123456789-123456789-123456789-123456789\n",
     {"spec.rollout.tag (line 5, column 3): the tag's host name "
      "freshet-a23456789-123456789-123456789-123456789-123456789-123456789 has 67 characters; "
      "allowed: tag and service of at most 62 characters together"}},
    {"a field without a value is refused where it stands",
     "  rollout:\n  suspend: true\n",
     {"spec.rollout (line 5, column 3): found nothing; allowed: a mapping"}},
    {"a list is no mapping",
     "  rollout: []\n",
     {"spec.rollout (line 5, column 12): found a list; allowed: a mapping"}},
};

TEST(BadInput, EachFieldSaysWhatWasFoundAndWhatIsAllowed) {
  for (const Row& row : kFieldRows) {
    EXPECT_EQ(problems_of(kHead + row.text), row.problems) << row.sentence;
  }
}

}  // namespace
}  // namespace freshet
