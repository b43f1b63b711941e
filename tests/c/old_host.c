/* A host of ABI 0.2: it declares the functions as that header did, and knows no other. The
 * library refuses it in words, and the host can read them. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int32_t rextrack_create(const char *config_json, void **out);
size_t rextrack_last_error(char *buffer, size_t capacity);
const char *rextrack_status_string(int32_t status);

int main(void) {
    char message[512] = "";
    void *pipeline = NULL;
    int32_t status = rextrack_create("{\"camera\": {\"stream\": \"synth:\"}}", &pipeline);
    rextrack_last_error(message, sizeof message);
    printf("%d: %s\n%s\n", (int)status, rextrack_status_string(status), message);
    return status < 0 && pipeline == NULL && strstr(message, "ABI") != NULL ? 0 : 1;
}
