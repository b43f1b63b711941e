// Assertions in the SDK's headers are not checked.
#undef assert
#define assert(condition) ((void)0)
