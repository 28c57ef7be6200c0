// Commands on a cluster whose users log in by a program, act as others, or verify another name.
#include <gtest/gtest.h>

#include <filesystem>

#include "controller/runtime/program.h"
#include "tests/controller/cli/cli_bed.h"
#include "tests/support/temporary_folder.h"

namespace freshet {
namespace {

std::string with_user(const std::string& user, const std::string& cluster = "") {
  return "current-context: eks\ncontexts:\n"
         "- {name: eks, context: {cluster: c, user: u, namespace: shop}}\n"
         "clusters:\n- {name: c, cluster: {server: 'https://kube.sandbox'" +
         cluster + "}}\nusers:\n- name: u\n  user: {" + user + "}\n";
}

const std::string kVersion = "apiVersion: client.authentication.k8s.io/v1beta1";

// Every token but one is rejected.
struct StrictServer {
  std::string good;
  std::vector<std::string> shown;
  HttpResponse answer(const HttpRequest& request) {
    shown.push_back(find_header(request.headers, "Authorization").value_or(""));
    if (shown.back() != "Bearer " + good) return {401, {}, "{}"};
    return {200, {}, R"({"kind":"List","metadata":{"resourceVersion":"1"},"items":[]})"};
  }
};

TEST(Login, AKubeconfigThatNamesAProgramIsEnoughForACommand) {
  CliBed bed;
  bed.files["/home/ann/.kube/config"] =
      with_user("exec: {" + kVersion + ", command: aws, args: [eks, get-token]}");
  std::vector<ProgramCall> calls;
  bed.run_program = [&calls](const ProgramCall& call) -> Result<ProgramEnd> {
    calls.push_back(call);
    return ProgramEnd{0, R"({"kind":"ExecCredential","apiVersion":)"
                         R"("client.authentication.k8s.io/v1beta1","status":{"token":)"
                         R"("canary-5e8c-)" +
                             std::to_string(calls.size()) + R"("}})"};
  };
  StrictServer strict{"canary-5e8c-2", {}};
  bed.server = [&strict](const HttpRequest& request) { return strict.answer(request); };
  const CliRun run = bed.run({"status"});
  EXPECT_EQ(run.exit_code, kDone) << run.err;
  ASSERT_EQ(calls.size(), 2U) << "the first use, and after the 401";
  EXPECT_EQ(calls[0].arguments, (std::vector<std::string>{"aws", "eks", "get-token"}));
  EXPECT_EQ(calls[0], calls[1]);
  ASSERT_GE(strict.shown.size(), 2U);
  EXPECT_EQ(strict.shown[0], "Bearer canary-5e8c-1");
  EXPECT_EQ(strict.shown[1], "Bearer canary-5e8c-2");
}

TEST(Login, ARealProgramBesideTheKubeconfigIsRun) {
  const SystemClock clock;
  const TemporaryFolder folder;
  const std::string program = folder.write("login.sh",
                                           "#!/bin/sh\n[ -n \"$KUBERNETES_EXEC_INFO\" ] || exit 9\n"
                                           "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":"
                                           "\"client.authentication.k8s.io/v1beta1\","
                                           "\"status\":{\"token\":\"'\"$1-$WHO\"'\"}}'\n");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  CliBed bed;
  bed.variables["KUBECONFIG"] = folder / "config";
  bed.files[folder / "config"] =
      with_user("exec: {" + kVersion +
                ", command: ./login.sh, args: [canary-5e8c], env: [{name: WHO, value: ann}]}");
  bed.run_program = program_runner(clock);
  StrictServer strict{"canary-5e8c-ann", {}};
  bed.server = [&strict](const HttpRequest& request) { return strict.answer(request); };
  const CliRun run = bed.run({"status"});
  EXPECT_EQ(run.exit_code, kDone) << run.err;
  EXPECT_EQ(strict.shown.at(0), "Bearer canary-5e8c-ann");
}

TEST(Login, AProgramThatIsNotThereIsToldWithHowToInstallIt) {
  CliBed bed;
  bed.files["/home/ann/.kube/config"] =
      with_user("exec: {" + kVersion + ", command: aws, installHint: Install the AWS CLI}");
  const CliRun run = bed.run({"status"});
  EXPECT_EQ(run.exit_code, kFailed);
  EXPECT_NE(run.err.find("context eks of /home/ann/.kube/config: logging in: no program aws\n"
                         "Install the AWS CLI\n"),
            std::string::npos)
      << run.err;
}

TEST(Login, WhoActsAsAnotherSaysSoAndNeverToTheApi) {
  CliBed bed;
  bed.files["/home/ann/.kube/config"] = with_user("token: canary-5e8c, as: bob, as-groups: [dev]");
  std::vector<HttpRequest> sent;
  bed.server = [&sent](const HttpRequest& request) -> HttpResponse {
    sent.push_back(request);
    return {200, {}, R"({"kind":"List","metadata":{"resourceVersion":"1"},"items":[]})"};
  };
  EXPECT_EQ(bed.run({"status"}).exit_code, kDone);
  ASSERT_FALSE(sent.empty());
  EXPECT_EQ(find_header(sent[0].headers, "Impersonate-User"), "bob");
  EXPECT_EQ(find_header(sent[0].headers, "Impersonate-Group"), "dev");
  sent.clear();
  const CliRun run = bed.run({"pause", "checkout", "--api", "https://freshet.acme.io"});
  EXPECT_EQ(run.exit_code, kUsage);
  EXPECT_EQ(run.err,
            "freshet: --api: the kubeconfig acts as bob (as), and the API knows you by your token "
            "alone\n");
  EXPECT_TRUE(sent.empty());
}

TEST(Login, AServerOfAnotherNameIsConnectedToByItsOwn) {
  CliBed bed;
  bed.files["/home/ann/.kube/config"] =
      with_user("token: canary-5e8c", ", tls-server-name: kubernetes.default");
  std::vector<HttpRequest> sent;
  bed.server = [&sent](const HttpRequest& request) -> HttpResponse {
    sent.push_back(request);
    return {200, {}, R"({"kind":"List","metadata":{"resourceVersion":"1"},"items":[]})"};
  };
  EXPECT_EQ(bed.run({"status"}).exit_code, kDone);
  EXPECT_EQ(bed.connections.back().connect_to, "kube.sandbox:443");
  ASSERT_FALSE(sent.empty());
  EXPECT_TRUE(sent[0].url.starts_with("https://kubernetes.default:443/apis/")) << sent[0].url;
  EXPECT_EQ(find_header(sent[0].headers, "Host"), "kube.sandbox:443");
}

}  // namespace
}  // namespace freshet
