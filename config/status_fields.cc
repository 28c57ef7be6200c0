// TrackedService.status, field by field. No bounds: the server must never refuse a report of ours
// for its length; the lists are kept short by who writes them.
#include "base/text.h"
#include "config/fields.h"

namespace freshet::config {
namespace {

inline constexpr std::size_t kShortDigest = 12;

Type<std::string> text() { return text_type("text"); }
Type<std::map<std::string, std::string>> digests() {
  return text_map_type("a mapping of containers to digests");
}

// "9c1e4f0b2a11", several containers' joined by "+"; nullopt without digests.
std::optional<std::string> short_digest(const RevisionStatus& revision) {
  std::string out;
  for (const auto& [container, digest] : revision.digests) {
    const std::size_t colon = digest.find(':');
    const std::size_t start = colon == std::string::npos ? 0 : colon + 1;
    out += (out.empty() ? "" : "+") + digest.substr(start, kShortDigest);
  }
  return out.empty() ? std::nullopt : std::optional<std::string>(out);
}

Type<Condition> condition_type() {
  using C = Condition;
  return object_type<C>({
      field("type", &C::type, text(), "Ready, Progressing, Held or UpToDate."),
      field("status", &C::status, text(), "True, False or Unknown."),
      field("reason", &C::reason, text(), "One word for programs."),
      field("message", &C::message, text(), "A sentence for people."),
      field("lastTransitionTime", &C::last_transition_time, time_type(),
            "When status last changed."),
      field("observedGeneration", &C::observed_generation, count_type(),
            "Generation of the spec this was said about."),
  });
}

Type<RevisionStatus> revision_type() {
  using R = RevisionStatus;
  return object_type<R>({
      field("name", &R::name, text(), "Name of the Revision."),
      field("uid", &R::uid, text(), "Uid of the Revision."),
      field("digests", &R::digests, digests(), "Digest that each container runs."),
      computed_field<R, std::string>(
          "short", text(), short_digest, [](R&, const std::string&) {},
          "First digits of the digests, for kubectl get."),
      field("image", &R::image, text(), "Image reference for people."),
      field("imageCreated", &R::image_created, optional_type(time_type()),
            "When the image was built, as its configuration says."),
      field("firstSeen", &R::first_seen, optional_type(time_type()),
            "When the digest was first seen under its tag."),
      field("pushed", &R::pushed, optional_type(time_type()),
            "When the image was pushed, where the registry tells."),
      field("exposed", &R::exposed, optional_type(time_type()),
            "When the image first got all requests."),
  });
}

Type<VerdictStatus> verdict_type() {
  using V = VerdictStatus;
  return object_type<V>({
      field("kind", &V::kind, text(),
            "Rollback, Reduce, Continue, Advance, Promote or Inconclusive."),
      field("sentence", &V::sentence, text(), "What is known so far, and what is waited for."),
      field("metric", &V::metric, text(), "The metric that decides at present."),
      field("evidenceAgainst", &V::evidence_against, number_type(),
            "Evidence against the candidate, natural logarithm."),
      field("thresholdAgainst", &V::threshold_against, number_type(),
            "Evidence at which it is rolled back."),
      field("evidenceFor", &V::evidence_for, number_type(),
            "Evidence for the candidate, natural logarithm; the least over the required metrics."),
      field("thresholdFor", &V::threshold_for, number_type(), "Evidence at which it goes on."),
      field("canaryRequests", &V::canary_requests, count_type(), "Requests of the candidate."),
      field("canaryErrors", &V::canary_errors, count_type(), "Failed requests of the candidate."),
      field("stableRequests", &V::stable_requests, count_type(), "Requests of stable."),
      field("stableErrors", &V::stable_errors, count_type(), "Failed requests of stable."),
      field("needed", &V::needed, count_type(),
            "Requests of the candidate still needed, about; absent where unknown."),
  });
}

Type<HoldStatus> hold_type() {
  using H = HoldStatus;
  return object_type<H>({
      field("owner", &H::owner, text(), "Who holds: user:NAME, person:NAME (a claim) or freshet."),
      field("reason", &H::reason, text(), "One word, such as NoTraffic or ForeignEdit."),
      field("message", &H::message, text(), "A sentence for people."),
      field("since", &H::since, time_type(), "Since when."),
      field("until", &H::until, optional_type(time_type()), "Until when, if it ends by itself."),
  });
}

Type<CommandStatus> command_type() {
  using C = CommandStatus;
  return object_type<C>({
      field("id", &C::id, text(), "The id that the command came with."),
      field("verb", &C::verb, text(), "promote, abort, pause, resume, retry, rollback …"),
      field("answer", &C::answer, text(), "Accepted or Refused."),
      field("message", &C::message, text(), "Why."),
      field("at", &C::at, time_type(), "When it was answered."),
  });
}

Type<RejectionStatus> rejection_type() {
  using R = RejectionStatus;
  return object_type<R>({
      field("digests", &R::digests, digests(), "Digests of the candidate."),
      field("template", &R::template_hash, text(), "Hash of its template."),
      field("why", &R::why, text(), "What was found."),
      field("until", &R::until, time_type(), "When it may be tried again."),
      field("times", &R::times, whole_type(0, 1000000), "How often it was deferred."),
  });
}

Type<std::vector<GateStatus>> gate_list_type() {
  using G = GateStatus;
  return list_type(
      object_type<G>({
          field("name", &G::name, text(), "Name of the gate."),
          field("state", &G::state, text(), "Pending, Trying, Passed, Failed or Inconclusive."),
          field("attempts", &G::attempts, whole_type(0, 1000000), "How often it was tried."),
          field("message", &G::message, text(), "What the last try found."),
          field("at", &G::at, optional_type(time_type()), "When the last try ended."),
      }),
      "a list of gates");
}

Type<HistoryEntry> history_type() {
  using H = HistoryEntry;
  return object_type<H>({
      field("rollout", &H::rollout, text(), "Id of the rollout."),
      field("fromDigests", &H::from_digests, digests(), "What ran before."),
      field("toDigests", &H::to_digests, digests(), "What was tried."),
      field("revision", &H::revision, text(), "Name of the candidate's Revision."),
      field("outcome", &H::outcome, text(), "Promoted, RolledBack, Deferred, Withdrawn, Aborted …"),
      field("message", &H::message, text(), "A sentence for people."),
      field("started", &H::started, time_type(), "When it started."),
      field("ended", &H::ended, time_type(), "When it ended."),
      field("heldSeconds", &H::held_seconds, count_type(), "Seconds of it that people held."),
      field("canaryRequests", &H::canary_requests, count_type(), "Requests of the candidate."),
      field("canaryErrors", &H::canary_errors, count_type(), "Failed requests of the candidate."),
      field("stableRequests", &H::stable_requests, count_type(), "Requests of stable meanwhile."),
      field("stableErrors", &H::stable_errors, count_type(), "Failed requests of stable."),
      field("gates", &H::gates, gate_list_type(), "What its gates found."),
  });
}

Type<ImageOrigin> origin_type() {
  using O = ImageOrigin;
  return object_type<O>({
      field("revision", &O::revision, text(), "Revision of the source."),
      field("source", &O::source, text(), "URL of the source."),
      field("version", &O::version, text(), "Version of the software."),
      field("baseName", &O::base_name, text(), "Image that it is based on."),
      field("baseDigest", &O::base_digest, text(), "Digest of that image."),
  });
}

Type<ImageApplication> application_type() {
  using A = ImageApplication;
  return object_type<A>({
      field("content", &A::content, text(),
            "SHA-256 of the layers and configuration that are not its base's."),
      field("untold", &A::untold, text(), "Why that cannot be told."),
  });
}

Type<SeenTag> seen_tag_type() {
  const Type<SeenDigest> seen_digest = object_type<SeenDigest>({
      field("digest", &SeenDigest::digest, text(), "Digest."),
      field("firstSeen", &SeenDigest::first_seen, time_type(), "When it was first seen."),
      field("created", &SeenDigest::created, optional_type(time_type()),
            "When the image was built, as its configuration says."),
      field("origin", &SeenDigest::origin, origin_type(),
            "What the image says of what it was made from."),
      field("content", &SeenDigest::content, text(),
            "SHA-256 of its layers and configuration without dates; a rebuild of the same has the "
            "same."),
      field("pushed", &SeenDigest::pushed, optional_type(time_type()),
            "When the image was pushed, where the registry tells."),
      field("application", &SeenDigest::application, application_type(),
            "What it holds beyond its base; told where rollout.newBase is set."),
  });
  return object_type<SeenTag>({
      field("image", &SeenTag::image, text(),
            "registry/repository:tag, or the repository and the policy that chooses the tag."),
      field("digests", &SeenTag::digests, list_type(seen_digest, "a list of digests"),
            "Digests seen under it, newest first, at most 8."),
      field("names", &SeenTag::names, text(), "Digest that it names."),
      field("confirmed", &SeenTag::confirmed, text(),
            "Newest digest that passed every check; it stays in force until another does."),
  });
}

Type<NoticeStatus> notice_type() {
  using N = NoticeStatus;
  return object_type<N>({
      field("id", &N::id, text(), "The same however often it is sent."),
      field("time", &N::time, time_type(), "When it happened."),
      field("reason", &N::reason, text(), "One word, as in Events."),
      field("message", &N::message, text(), "A sentence for people."),
      field("warning", &N::warning, flag_type(), "Whether somebody should look."),
      field("phase", &N::phase, text(), "Phase after it."),
      field("percent", &N::percent, whole_type(0, 100), "Percent of the candidate after it."),
      field("rollout", &N::rollout, text(), "Id of the rollout."),
      field("fromDigests", &N::from_digests, digests(), "What was stable before it."),
      field("toDigests", &N::to_digests, digests(), "What was rolled out, or waits."),
      field("image", &N::image, text(), "Image reference for people."),
      field("imageCreated", &N::image_created, optional_type(time_type()),
            "When the image was built that stable ran after it."),
  });
}

using S = TrackedServiceStatus;

std::vector<Field<S>> summary_fields() {
  const Type<int> percent = whole_type(0, 100);
  return {
      field("observedGeneration", &S::observed_generation, count_type(),
            "Generation of the spec that this status is about."),
      field("service", &S::service, text(), "The Knative Service that is followed."),
      field("phase", &S::phase, text(),
            "Adopting, Idle, Preparing, Gating, Waiting, Shifting, Baking or Retreating."),
      field("reason", &S::reason, text(), "One word for programs."),
      field("message", &S::message, text(), "What is being done, and what is waited for."),
      field("conditions", &S::conditions, list_type(condition_type(), "a list of conditions"),
            "Ready, Progressing, Held, UpToDate."),
      field("seq", &S::seq, count_type(), "Rises with every step of the rollout's state."),
      field("core", &S::core, text(),
            "Copy of the state that safety depends on; the state itself is an annotation of the "
            "Service."),
      field("stable", &S::stable, optional_type(revision_type()),
            "The Revision that serves, and to which a retreat goes."),
      field("candidate", &S::candidate, optional_type(revision_type()),
            "The Revision that is being judged."),
      always(field("percent", &S::percent, percent, "Percent of the traffic for the candidate."),
             &S::percent, percent),
      field("step", &S::step, whole_type(0, 1000), "Step of the plan, from 1."),
  };
}

Type<TrackedServiceStatus> make_status_type() {
  std::vector<Field<S>> fields = summary_fields();
  const Type<RejectionStatus> rejection = rejection_type();
  const std::vector<Field<S>> rest = {
      field("stepSince", &S::step_since, optional_type(time_type()),
            "When the Route was seen to have this step's percent."),
      field("verdict", &S::verdict, optional_type(verdict_type()), "What the analyzer says."),
      field("evidence", &S::evidence, text(), "The analyzer's own state."),
      field("imageCreated", &S::image_created, optional_type(time_type()),
            "When the running image was built; where that is not told, pushed or first seen."),
      field("behindSince", &S::behind_since, optional_type(time_type()),
            "Since when a followed tag names something newer than what runs."),
      field("gates", &S::gates, gate_list_type(),
            "The tests of the candidate before any user's request."),
      field("holds", &S::holds, list_type(hold_type(), "a list of holds"),
            "What keeps the rollout from going on."),
      field("commands", &S::commands, list_type(command_type(), "a list of answers"),
            "Answers to commands, at most 8."),
      field("rejected", &S::rejected, list_type(rejection, "a list of candidates"),
            "Candidates that were rolled back, at most 16."),
      field("deferred", &S::deferred, list_type(rejection, "a list of candidates"),
            "Candidates that infrastructure kept from starting; they are tried again."),
      field("history", &S::history, list_type(history_type(), "a list of rollouts"),
            "Past rollouts, newest first, at most 10."),
      field("tags", &S::tags, list_type(seen_tag_type(), "a list of tags"),
            "What was seen under each followed tag."),
      field("undelivered", &S::undelivered, list_type(notice_type(), "a list of messages"),
            "Messages that not every sink has yet, oldest first, at most 16."),
  };
  fields.insert(fields.end(), rest.begin(), rest.end());
  return object_type<S>(std::move(fields));
}

}  // namespace

const Type<TrackedServiceStatus>& status_type() {
  static const Type<TrackedServiceStatus> type = make_status_type();
  return type;
}

}  // namespace freshet::config
