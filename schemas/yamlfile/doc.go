// Package yamlfile reads the YAML files that people write for Waybill: the
// status model, code maps, carriers, column maps. It refuses what a file should
// not have, says in which line it stands, and names what was probably meant.
//
// It imports nothing of Waybill, and any package may import it. Start reading
// at Decode.
package yamlfile
