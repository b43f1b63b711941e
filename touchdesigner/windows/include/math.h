#pragma once
extern "C" {
double sqrt(double);
float sqrtf(float);
double fabs(double);
}
