package config

// Knowledge names files of the user's own beside what this build carries. All
// instances of a deployment should have the same ones.
type Knowledge struct {
	Model    string `help:"Status model of your own (YAML); it takes the place of the whole built-in one. Empty: the built-in one." type:"path" placeholder:"FILE" form:"file" why:"Codes of your own."`
	Maps     string `help:"Folder of code maps of your own (YAML): each takes the place of the built-in map of its source or dialect, or is added. Empty: the built-in ones." type:"path" placeholder:"DIR" form:"folder" why:"A carrier's codes mean something else to you, or are not known yet."`
	Carriers string `help:"Carriers of your own (YAML): each takes the place of the built-in entry of its slug, or is added. Empty: the built-in ones." type:"path" placeholder:"FILE" form:"file" why:"Carriers that the table does not have, or has differently."`
}
