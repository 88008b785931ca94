//go:build !race

package simulation

// raceDetector tells that histories take several times as long.
const raceDetector = false
