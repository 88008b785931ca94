// Command docgen writes docs/maps.md, the page of all codes, from the status
// model and the maps. go generate runs it. intro.md is the text before the
// tables.
package main
