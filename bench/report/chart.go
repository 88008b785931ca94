package report

import (
	"fmt"
	"html"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Chart is a picture of lines over one axis, as SVG that can be read on a light
// and on a dark page.
type Chart struct {
	Title  string // said to those who cannot see it, too
	Under  string // a small line below: what it was measured on
	X, Y   string // what the axes are, with units
	LogX   bool   // for values of several orders of magnitude
	Lines  []Line
	Events []Mark // moments on the X axis
}

// Line is one of a chart's lines. The first is ours and stands out; dashed ones
// are what it is held against.
type Line struct {
	Name   string
	Dashed bool
	Points []Point
}

// Point is a place on a chart.
type Point struct{ X, Y float64 }

// Mark is something that happened at a place of the X axis.
type Mark struct {
	X    float64
	Name string
}

// The picture's sizes in pixels: the plot lies between the margins.
const (
	chartWidth, chartHeight = 720, 340
	plotLeft, plotRight     = 80, 560
	plotTop, plotBottom     = 44, 270
	mostTicks               = 6
)

const chartStyle = `  <style>
    text { font: 13px system-ui, sans-serif; fill: #1f2937; }
    .head { font-size: 15px; } .small { font-size: 11px; fill: #4b5563; }
    .grid { stroke: #d1d5db; } .mark { stroke: #9ca3af; stroke-dasharray: 2 3; }
    .line { fill: none; stroke-width: 2; } .dash { stroke-dasharray: 6 4; }
    .a { stroke: #1d4ed8; } .b { stroke: #b45309; } .c { stroke: #047857; } .d { stroke: #7e22ce; }
    .fa { fill: #1d4ed8; } .fb { fill: #b45309; } .fc { fill: #047857; } .fd { fill: #7e22ce; }
    .end { text-anchor: end; } .mid { text-anchor: middle; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e5e7eb; } .small { fill: #b6bcc6; } .grid { stroke: #4b5563; } .mark { stroke: #6b7280; }
      .a { stroke: #93c5fd; } .b { stroke: #fcd34d; } .c { stroke: #6ee7b7; } .d { stroke: #d8b4fe; }
      .fa { fill: #93c5fd; } .fb { fill: #fcd34d; } .fc { fill: #6ee7b7; } .fd { fill: #d8b4fe; }
    }
  </style>
`

// SVG draws the chart. A chart without points has axes alone.
func (c *Chart) SVG() string {
	var b strings.Builder
	title := html.EscapeString(c.Title)
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">\n  <title>%s</title>\n",
		chartWidth, chartHeight, chartWidth, chartHeight, title, title)
	b.WriteString(chartStyle)
	p := c.plot()
	put := func(x, y float64, class, text string) {
		fmt.Fprintf(&b, "  <text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>\n", x, y, class, html.EscapeString(text))
	}
	put(plotLeft, 22, "head", c.Title)
	for _, y := range niceTicks(p.most) {
		fmt.Fprintf(&b, "  <path d=\"M%d %.1f H%d\" class=\"grid\"/>\n", plotLeft, p.y(y), plotRight)
		put(plotLeft-8, p.y(y)+4, "end", shortNumber(y))
	}
	for _, x := range p.ticks {
		put(p.x(x), plotBottom+18, "mid", shortNumber(x))
	}
	put((plotLeft+plotRight)/2, plotBottom+38, "mid", c.X)
	put(plotLeft, plotTop-6, "small", c.Y)
	for _, m := range c.Events {
		fmt.Fprintf(&b, "  <path d=\"M%.1f %d V%d\" class=\"mark\"><title>%s</title></path>\n", p.x(m.X), plotTop, plotBottom, html.EscapeString(m.Name))
	}
	for i, l := range c.Lines {
		p.draw(&b, l, string(rune('a'+i%4)))
	}
	p.names(&b, c.Lines)
	put(plotLeft, chartHeight-10, "small", c.Under)
	b.WriteString("</svg>\n")
	return b.String()
}

// plot maps values to pixels.
type plot struct {
	log         bool
	left, right float64 // of the X axis
	most        float64 // of the Y axis, which begins at 0
	ticks       []float64
}

func (c *Chart) plot() plot {
	p := plot{log: c.LogX, left: math.Inf(1), right: math.Inf(-1)}
	for _, l := range c.Lines {
		for _, at := range l.Points {
			p.left, p.right, p.most = min(p.left, at.X), max(p.right, at.X), max(p.most, at.Y)
			if !slices.Contains(p.ticks, at.X) {
				p.ticks = append(p.ticks, at.X)
			}
		}
	}
	slices.Sort(p.ticks)
	if len(p.ticks) > mostTicks {
		p.ticks = niceTicks(p.right)
		p.left = min(p.left, 0)
	}
	if p.most == 0 {
		p.most = 1
	}
	return p
}

func (p plot) x(value float64) float64 {
	left, right := p.left, p.right
	if p.log {
		left, right, value = math.Log(left), math.Log(right), math.Log(value)
	}
	if right <= left {
		return (plotLeft + plotRight) / 2
	}
	return plotLeft + (value-left)/(right-left)*(plotRight-plotLeft)
}

func (p plot) y(value float64) float64 {
	return plotBottom - value/p.most*(plotBottom-plotTop)
}

// draw writes a line, and its points where they are few.
func (p plot) draw(b *strings.Builder, l Line, class string) {
	if len(l.Points) == 0 {
		return
	}
	var path strings.Builder
	for i, at := range l.Points {
		path.WriteString(map[bool]string{true: "M", false: "L"}[i == 0])
		fmt.Fprintf(&path, "%.1f %.1f ", p.x(at.X), p.y(at.Y))
	}
	style := "line " + class
	if l.Dashed {
		style += " dash"
	}
	fmt.Fprintf(b, "  <path d=\"%s\" class=\"%s\"/>\n", strings.TrimSpace(path.String()), style)
	if l.Dashed || len(l.Points) > 3*mostTicks {
		return
	}
	for _, at := range l.Points {
		fmt.Fprintf(b, "  <circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" class=\"f%s\"><title>%s: %s</title></circle>\n",
			p.x(at.X), p.y(at.Y), class, shortNumber(at.X), shortNumber(at.Y))
	}
}

// names writes what each line is at its end, apart from one another.
func (p plot) names(b *strings.Builder, lines []Line) {
	const apart = 15
	type label struct {
		y    float64
		text string
		of   int
	}
	var labels []label
	for i, l := range lines {
		if n := len(l.Points); n > 0 {
			labels = append(labels, label{p.y(l.Points[n-1].Y), l.Name, i})
		}
	}
	slices.SortStableFunc(labels, func(a, b label) int { return int(math.Copysign(1, a.y-b.y)) })
	for i := range labels {
		if i > 0 {
			labels[i].y = max(labels[i].y, labels[i-1].y+apart)
		}
		fmt.Fprintf(b, "  <text x=\"%d\" y=\"%.1f\" class=\"f%c\">%s</text>\n", plotRight+10, labels[i].y+4, 'a'+labels[i].of%4, html.EscapeString(labels[i].text))
	}
}

// niceTicks are round numbers from 0 up to most, some five.
func niceTicks(most float64) []float64 {
	if most <= 0 {
		return []float64{0}
	}
	power, step := math.Pow(10, math.Floor(math.Log10(most))), 0.0
	for _, part := range []float64{0.2, 0.25, 0.5, 1, 2} {
		if step = power * part; most/step <= mostTicks {
			break
		}
	}
	var ticks []float64
	for tick := 0.0; tick <= most*1.0001; tick += step {
		ticks = append(ticks, tick)
	}
	return ticks
}

// shortNumber writes 1500000 as 1.5 M.
func shortNumber(v float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, " G"}, {1e6, " M"}, {1e3, " k"}} {
		if math.Abs(v) >= unit.size {
			return strconv.FormatFloat(math.Round(v/unit.size*100)/100, 'f', -1, 64) + unit.name
		}
	}
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}

// WriteChart writes a chart's picture into a folder, as name.svg.
func WriteChart(dir, name string, c *Chart) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making a folder for pictures: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".svg"), []byte(c.SVG()), 0o644); err != nil {
		return fmt.Errorf("writing a picture: %w", err)
	}
	return nil
}
