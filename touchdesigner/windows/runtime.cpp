// What an object of MSVC's ABI needs of its runtime, by the names that MSVC gives it. The C functions
// are those of MinGW.

#include <stddef.h>
#include <stdlib.h>

extern "C" {
// A call of a virtual function that has no body.
[[noreturn]] int _purecall() { abort(); }

// Marks an object that uses floating-point numbers.
int _fltused = 0x9875;
}

// A function with much memory on the stack calls this by MSVC's name.
asm(".globl __chkstk\n"
    "__chkstk:\n"
    "    jmp ___chkstk_ms\n");

// Without exceptions, operator new cannot report that there is no memory.
void *operator new(size_t size) {
    void *memory = malloc(size ? size : 1);
    if (!memory) abort();
    return memory;
}
void *operator new[](size_t size) { return operator new(size); }
void operator delete(void *memory) noexcept { free(memory); }
void operator delete(void *memory, size_t) noexcept { free(memory); }
void operator delete[](void *memory) noexcept { free(memory); }
void operator delete[](void *memory, size_t) noexcept { free(memory); }
