//go:build !race

package main

// raced says that the detector of races is on, which takes most of the machine.
const raced = false
