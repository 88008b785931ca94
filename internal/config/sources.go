package config

import (
	"cmp"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// environment is what the name of every setting's variable begins with.
const environment = "WAYBILL_"

// Where a setting can come from.
const (
	fromDefault = "default"
	fromFlag    = "flag"
)

// sources give the settings their values: the last of file, environment and
// flags. All that is wrong is gathered, so that it can be told at once.
type sources struct {
	settings *Settings
	model    *kong.Application
	others   []string                  // variables that are no setting's
	secrets  map[*kong.Flag]*kong.Flag // and the settings that name their files

	parsed   *kong.Context // what the following is of
	file     *file
	origins  map[*kong.Flag]string
	problems SettingsError
}

// Options are what a parser of a command line needs whose grammar embeds the
// settings. Parse fails with a SettingsError when settings are wrong. Variables
// are those of the environment that the program reads beside them.
func (s *Settings) Options(variables ...string) []kong.Option {
	from := &sources{settings: s, others: variables, secrets: make(map[*kong.Flag]*kong.Flag)}
	s.from = from
	return []kong.Option{
		kong.NamedMapper("path", kong.MapperFunc(decodePath)),
		kong.PostBuild(from.prepare),
		kong.Resolvers(from),
	}
}

// decodePath makes a path absolute, from the working directory. An empty one
// stays empty: kong's own would make it the working directory.
func decodePath(ctx *kong.DecodeContext, target reflect.Value) error {
	var path string
	if err := ctx.Scan.PopValueInto("path", &path); err != nil {
		return err
	}
	if path != "" && path != "-" {
		path = kong.ExpandPath(path)
	}
	target.SetString(path)
	return nil
}

// prepare names a variable for each setting, and adds the files of secrets. A
// command's own flags get no variable, unless they say so: WAYBILL_FORMAT would
// change every script on the machine.
func (s *sources) prepare(k *kong.Kong) error {
	s.model = k.Model
	var flags []*kong.Flag
	for _, flag := range k.Model.Flags {
		flags = append(flags, flag)
		if flag == k.Model.HelpFlag {
			continue
		}
		flag.Tag.Envs = []string{variable(flag.Name)}
		flag.Help = helpOf(flag)
		if flag.Target.Type() == reflect.TypeFor[Secret]() {
			s.secrets[flag] = secretFile(flag)
			flags = append(flags, s.secrets[flag])
		}
	}
	k.Model.Flags = flags
	return nil
}

// variable is the environment's name of a setting.
func variable(setting string) string {
	return environment + strings.ToUpper(strings.ReplaceAll(setting, "-", "_"))
}

// secretFile is the setting that names the file of a secret.
func secretFile(secret *kong.Flag) *kong.Flag {
	name := secret.Name + "-file"
	target := reflect.New(reflect.TypeFor[string]()).Elem()
	help := fmt.Sprintf("File that holds --%s alone, in one line, for those who mount secrets. Only one of the two may be set.", secret.Name)
	flag := &kong.Flag{
		Value: &kong.Value{
			Name: name, Help: help, OrigHelp: help, Target: target, DefaultValue: reflect.New(target.Type()).Elem(),
			Mapper: kong.MapperFunc(decodePath), Tag: &kong.Tag{Type: "path", Help: help, Envs: []string{variable(name)}},
		},
		Group: secret.Group, PlaceHolder: "FILE",
	}
	flag.Flag = flag
	return flag
}

// begin reads the settings file for a command line, and notes which settings
// the command line has.
func (s *sources) begin(ctx *kong.Context) {
	if s.parsed == ctx {
		return
	}
	s.parsed, s.problems, s.file, s.origins = ctx, nil, &file{}, make(map[*kong.Flag]string)
	for _, path := range ctx.Path {
		if path.Flag != nil {
			s.origins[path.Flag] = fromFlag
		}
	}
	for _, flag := range ctx.Model.Flags {
		if flag.Name != "config" {
			continue
		}
		if path, _ := ctx.FlagValue(flag).(string); path != "" {
			opened, err := openFile(path)
			s.file = opened
			if err != nil {
				s.problems = append(s.problems, Problem{Setting: "config", Source: path, Message: err.Error()})
			}
		}
	}
}

// Resolve gives a setting that is on no flag its value from the environment or
// else from the file. kong calls it.
func (s *sources) Resolve(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	s.begin(ctx)
	if flag.Name == "config" || !slices.Contains(ctx.Model.Flags, flag) || flag == ctx.Model.HelpFlag {
		return nil, nil
	}
	value, origin, ok := s.lookUp(flag)
	if !ok {
		return s.fallback(flag), nil
	}
	s.origins[flag] = origin
	if !s.canRead(flag, value) {
		s.problems = append(s.problems, problem(flag, origin, value, "must be "+kindOf(flag)))
		return s.fallback(flag), nil
	}
	return value, nil
}

// lookUp returns a setting's text from the environment or the file.
func (s *sources) lookUp(flag *kong.Flag) (value, origin string, ok bool) {
	name := variable(flag.Name)
	if value, ok := os.LookupEnv(name); ok && (value != "" || canBeEmpty(flag)) {
		return value, name, true
	}
	value, line, ok := s.file.text(flag)
	return value, s.file.at(line), ok
}

// fallback is the default, for a variable that kong has read already and that
// cannot be used.
func (s *sources) fallback(flag *kong.Flag) any {
	if _, set := os.LookupEnv(variable(flag.Name)); !set {
		return nil
	}
	if flag.IsBool() {
		return cmp.Or(flag.Default, "false")
	}
	return flag.Default
}

// canRead tells whether kong can read a value.
func (s *sources) canRead(flag *kong.Flag, value string) bool {
	if flag.Enum != "" && !flag.EnumMap()[value] {
		return false
	}
	target := reflect.New(flag.Target.Type()).Elem()
	scan := kong.Scan().PushTyped(value, kong.FlagValueToken)
	return flag.Mapper.Decode(&kong.DecodeContext{Value: flag.Value, Scan: scan}, target) == nil
}

// canBeEmpty tells whether an empty text is a value of a setting: an empty
// variable otherwise counts as none.
func canBeEmpty(flag *kong.Flag) bool {
	return flag.IsSlice() || flag.Target.Kind() == reflect.String && flag.Enum == ""
}

// Validate checks all settings once they have their values. kong calls it.
func (s *sources) Validate(app *kong.Application) error {
	s.problems = append(s.problems, s.file.problems...)
	s.problems = append(s.problems, s.file.unknown(app)...)
	s.readSecrets()
	for _, flag := range app.Flags {
		if must, wrong := refuses(flag); wrong {
			s.problems = append(s.problems, problem(flag, s.origins[flag], shown(flag.Target), must))
		}
	}
	for _, err := range s.settings.contradictions() {
		s.problems = append(s.problems, Problem{Message: err.Error()})
	}
	if len(s.problems) > 0 {
		return s.problems
	}
	return nil
}

// readSecrets gives secrets the contents of the files that are named for them.
func (s *sources) readSecrets() {
	for _, secret := range s.model.Flags {
		named := s.secrets[secret]
		if named == nil || named.Target.String() == "" {
			continue
		}
		path, origin := named.Target.String(), s.origins[named]
		if secret.Target.String() != "" {
			s.problems = append(s.problems, Problem{Setting: secret.Name, Source: origin, Message: fmt.Sprintf(
				"--%s%s and --%s%s are both set; keep one", secret.Name, in(s.origins[secret]), named.Name, in(origin))})
			continue
		}
		value, err := readSecret(path)
		if err != nil {
			s.problems = append(s.problems, Problem{Setting: named.Name, Source: origin, Message: fmt.Sprintf(
				"--%s names %s%s, which cannot be used: %v", named.Name, path, in(origin), err)})
			continue
		}
		secret.Target.SetString(string(value))
		s.origins[secret] = path
	}
}

// problem says what is wrong with a setting's value.
func problem(flag *kong.Flag, origin, value, must string) Problem {
	if flag.Target.Type() == reflect.TypeFor[Secret]() {
		value = masked
	}
	return Problem{Setting: flag.Name, Source: origin, Message: fmt.Sprintf("--%s is %q%s; it %s", flag.Name, value, in(origin), must)}
}

// in says in brackets where a value stands, unless it is a flag.
func in(origin string) string {
	if origin == fromFlag || origin == "" {
		return ""
	}
	return " (" + origin + ")"
}
