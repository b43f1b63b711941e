// A library of another release: it has an ABI version, and no other function.

#include <cstdint>

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

extern "C" EXPORT uint32_t rextrack_abi_version() { return ABI_VERSION; }
