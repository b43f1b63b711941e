#pragma once
#include <stddef.h>
extern "C" {
void *malloc(size_t size);
void free(void *memory);
[[noreturn]] void abort();
}
