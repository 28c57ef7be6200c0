// Tag lists: the input's first line is the Link header of every page, the rest its body. Whatever
// comes, the list ends, and every page is asked of the registry itself.
#include "controller/registry/tag_list.h"

#include "tests/fuzz/fuzz.h"

using namespace freshet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const auto end = std::min(text.find('\n'), text.size());
  const HttpResponse page{200,
                          {{"Link", std::string(text.substr(0, end))}},
                          std::string(text.substr(std::min(end + 1, text.size())))};
  const Url origin{"https", "r.io", 443, "/"};
  const TimePoint now{hours(1)};
  RegistryMemory memory;
  TagList list({origin,
                "acme/app",
                {},
                std::make_shared<const RegistryOptions>(),
                seconds(60),
                now + seconds(60)});
  for (int pages = 0; pages <= kMaxTagPages; ++pages) {
    auto next = list.next_request(memory, now);
    if (const auto* outcome = std::get_if<TagListOutcome>(&next)) {
      const auto* tags = std::get_if<std::vector<ImageTag>>(outcome);
      fuzz::require(tags == nullptr || tags->size() <= kMaxTags);
      return 0;
    }
    const auto url = parse_url(std::get<HttpRequest>(next).url);
    fuzz::require(url.has_value() && same_origin(*url, origin));
    list.fold(page, memory, now);
  }
  fuzz::require(false);  // it did not end
  return 0;
}
