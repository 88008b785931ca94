// Package sizing says what a number of parcels a day needs: cores, instances,
// partitions, memory and disk, from constants that bench has fitted on a machine.
//
// It imports nothing of ours. Start reading at New.
package sizing
