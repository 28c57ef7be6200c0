// What the C library's allocator keeps for itself.
#pragma once

namespace freshet {

// Before threads are started: they share few arenas, so that what one frees another can use, and
// what is large, as a page of a list, has memory of its own, so that no hole is left between what
// stays.
void set_up_allocator();
// Hands what is free back to the system: of ten thousand listed objects little stays.
void give_back_free_memory();

}  // namespace freshet
