// Heads of requests: what is understood, and all that is refused.
#include "controller/server/http_wire.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace freshet {
namespace {

TEST(RequestHead, IsReadAsItWasSent) {
  const auto head = parse_request_head(
      "POST /api/v1/services?x=%20 HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\nX-Empty:\r\n"
      "Authorization:  Bearer t \r\n");
  RequestHead expected;
  expected.request.method = "POST";
  expected.request.url = "/api/v1/services?x=%20";
  expected.request.headers = {
      {"Host", "a"}, {"Content-Length", "12"}, {"X-Empty", ""}, {"Authorization", "Bearer t"}};
  expected.body = 12;
  ASSERT_TRUE(std::holds_alternative<RequestHead>(head));
  EXPECT_EQ(std::get<RequestHead>(head), expected);
}

TEST(RequestHead, IsRefusedWhereReadersMightDiffer) {
  const std::string get = "GET / HTTP/1.1\r\n";
  struct Row {
    std::string head;
    int status;
  };
  const std::string many(kMaxRequestHeaders + 1, 'x');
  std::string headers = get;
  for (char c : many) headers += std::string(1, c) + ": y\r\n";
  for (const Row& row : std::initializer_list<Row>{
           {"", 400},
           {"GET / HTTP/1.1 \r\n", 400},
           {"GET  / HTTP/1.1\r\n", 400},
           {"GET /a b HTTP/1.1\r\n", 400},
           {"GET http://a/ HTTP/1.1\r\n", 400},
           {"G\"T / HTTP/1.1\r\n", 400},
           {"GET /\x01 HTTP/1.1\r\n", 400},
           {"GET / HTTP/2.0\r\n", 505},
           {get + "Host : a\r\n", 400},
           {get + " folded: a\r\n", 400},
           {get + "no colon\r\n", 400},
           {get + "A: b\nC: d\r\n", 400},
           {get + "A: b\r\r\n", 400},
           {get + "Content-Length: -1\r\n", 400},
           {get + "Content-Length: 1, 1\r\n", 400},
           {get + "Content-Length: 99999999999999999999\r\n", 400},
           {get + "Content-Length: 1\r\ncontent-length: 1\r\n", 400},
           {get + "Authorization: a\r\nauthorization: b\r\n", 400},
           {get + "Transfer-Encoding: chunked\r\n", 501},
           {headers, 431},
       }) {
    const auto head = parse_request_head(row.head);
    ASSERT_TRUE(std::holds_alternative<WireRefusal>(head)) << printable(row.head);
    EXPECT_EQ(std::get<WireRefusal>(head).status, row.status) << printable(row.head);
  }
}

TEST(AnswerHead, NeverLetsAHeaderEndItsLine) {
  EXPECT_EQ(answer_head({200, {{"A", "b"}, {"C", "d\r\nE: f"}}, ""}, 3),
            "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 3\r\nConnection: close\r\n\r\n");
}

}  // namespace
}  // namespace freshet
