// Package holidays knows the public holidays of countries, for counting
// business days. It reads them from a library, as data: it touches neither a
// clock nor a database.
//
// It may import the library and the standard library, nothing of the project.
//
// Start reading at All.
package holidays
