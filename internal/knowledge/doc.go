// Package knowledge reads what Waybill knows as data: the status model, the
// code maps and the carriers, each as this build carries it or as the settings
// name files of the user's own. It is the one place where they are put together,
// so that all commands and jobs of a process know the same.
//
// It imports schemas, connectors/carriers and internal/config. Start reading at
// Load.
package knowledge
