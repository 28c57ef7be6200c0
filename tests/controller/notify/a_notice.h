// One notice, for tests of what becomes of it.
#pragma once

#include "controller/notify/notice.h"

namespace freshet {

inline Notice a_notice() {
  Notice notice;
  notice.service = {"shop", "checkout"};
  notice.what.time = *parse_rfc3339("2026-11-23T02:10:00Z");
  notice.what.reason = "RolledBack";
  notice.what.message = "rollout 7f3a: worse than <stable> & \"slow\"";
  notice.what.warning = true;
  notice.what.phase = "Retreating";
  notice.what.rollout = "7f3a";
  notice.what.from_digests = {{"app", "sha256:" + std::string(64, 'a')}};
  notice.what.to_digests = {{"app", "sha256:" + std::string(64, 'b')}};
  notice.what.image = "r.io/shop/checkout:1.4";
  notice.what.image_created = notice.what.time - hours(50);
  notice.what.id = notice_id(Uid("u1"), 42, {"RolledBack", notice.what.message, true});
  return notice;
}
inline const NoticeSettings kPlainSettings{};
inline const NoticeSettings kLinkedSettings{"prod",
                                            "https://g.io/d?ns={{namespace}}&m={{message}}"};

}  // namespace freshet
