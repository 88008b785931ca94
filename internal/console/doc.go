// Package console is the page at /: how the pipeline does, parcels, reports and
// endpoints, for people. It serves the files of static, which are written by hand
// and part of the program: there is no step that builds them.
//
// The page is public and holds nothing. All that it shows it asks of the API, with
// a key that whoever looks types in. Nothing of it comes from elsewhere, and its
// headers let the browser load nothing else: what the API tells is shown as text,
// never as markup.
//
// It may import the standard library alone. Start reading at console.go; in static
// at index.html, then app.js.
package console
