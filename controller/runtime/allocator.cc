// glibc's allocator; others are left as they are.
#include "controller/runtime/allocator.h"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace freshet {

void set_up_allocator() {
#ifdef __GLIBC__
  constexpr int kArenas = 2;
  constexpr int kLargeBytes = 128 << 10;  // where it starts; else it grows to 32 MiB
  mallopt(M_ARENA_MAX, kArenas);
  mallopt(M_MMAP_THRESHOLD, kLargeBytes);
#endif
}

void give_back_free_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace freshet
