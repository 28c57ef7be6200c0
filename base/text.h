// Small text tools that several rooms need.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace freshet {

std::vector<std::string> split(std::string_view text, char separator);  // "a,,b" → a, "", b
std::string_view trim(std::string_view text);                           // ASCII white space
std::string to_lower(std::string_view text);                            // ASCII
bool equals_ignore_case(std::string_view a, std::string_view b);        // ASCII
std::string join(std::span<const std::string> parts, std::string_view separator);

// A whole decimal number without sign or leading '+'; nullopt on anything else or overflow.
std::optional<std::int64_t> parse_whole(std::string_view text);

// The known word nearest to `word` by edit distance, if it is near enough to be worth suggesting.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> known);

// For echoing what a server or a person sent: control characters as \xNN, cut at `limit` bytes (on
// a UTF-8 boundary) with "…" behind.
std::string printable(std::string_view text, std::size_t limit = 300);

bool is_valid_utf8(std::string_view text);
bool has_control_characters(std::string_view text);

std::string to_hex(std::span<const unsigned char> bytes);  // lower case
std::string sha256_hex(std::string_view bytes);            // 64 lower-case hex digits
std::string sha512_hex(std::string_view bytes);            // 128 of them
std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);  // standard or URL alphabet
std::uint64_t stable_hash(std::string_view text);                 // FNV-1a, the same on every run

// 12,345 → "12,345"
std::string with_thousands(std::int64_t number);

}  // namespace freshet
