//! Bars by month or day, drawn on the host. The labels are ours: months, days and amounts, never a text of the source.

use charts_rs::{BarChart, Series};

use super::compact::compact;

/// One colour of the bars; several are stacked, the first at the bottom.
pub struct Layer {
    pub name: &'static str,
    pub values: Vec<f64>,
}

/// An SVG of this width, about that of its card so that labels keep their size, without animations, styles or ids. Colours
/// are the light theme's; the stylesheet maps them for the dark one.
pub fn svg(labels: Vec<String>, layers: Vec<Layer>, width: f32) -> Option<String> {
    let colours = ["#0072b2", "#d55e00", "#009e73", "#aa3377", "#7a7a85"];
    #[expect(clippy::cast_possible_truncation, reason = "a drawing; the numbers are in the table")]
    let series = layers
        .into_iter()
        .map(|layer| {
            let values = layer.values.into_iter().map(|value| value as f32).collect();
            let mut series = Series::new(layer.name.to_owned(), values);
            series.stack = Some("all".into());
            series
        })
        .collect();
    let mut chart = BarChart::new_with_theme(series, labels, "light");
    chart.series.colors = colours.into_iter().map(Into::into).collect();
    chart.background_color = (0, 0, 0, 0).into();
    chart.width = width;
    chart.height = 200.0;
    // The topmost label stands half above its line.
    chart.margin = 8.0.into();
    chart.legend.show = Some(false);
    chart.radius = Some(2.0);
    chart.grid.stroke_color = "#e4e4e7".into();
    chart.x_axis.stroke_color = "#e4e4e7".into();
    chart.x_axis.font.color = "#52525b".into();
    chart.x_axis.font.size = 11.0;
    for axis in &mut chart.y_axis_configs {
        axis.font.color = "#52525b".into();
        axis.font.size = 11.0;
        axis.split_number = 3;
        axis.stroke_color = (0, 0, 0, 0).into();
    }
    Some(compact(&chart.svg().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drawing_holds_no_style_and_no_nonsense() {
        let layer = |name, values| Layer { name, values };
        let labels = ["Dec", "Jan", "Feb"].map(str::to_owned).to_vec();
        let layers = vec![layer("booked", vec![62_000.0, 0.0, 1e9]), layer("quoted", vec![0.0, 0.0, -5.0])];
        let svg = svg(labels, layers, 650.0).unwrap();
        for word in [" style=", "<style", "<script", " id=", "NaN", "inf", "<animate"] {
            assert!(!svg.contains(word), "{word}: {svg}");
        }
        assert!(svg.contains("Dec") && svg.starts_with("<svg"), "{svg}");
    }

    #[test]
    fn colours_are_written_as_the_stylesheet_knows_them() {
        let layers = ["a", "b", "c", "d", "e"].map(|name| Layer { name, values: vec![1.0, 2.0] });
        let svg = svg(vec!["Dec".into(), "Jan".into()], layers.into(), 650.0).unwrap().to_lowercase();
        for colour in ["#0072b2", "#d55e00", "#009e73", "#a37", "#7a7a85", "#e4e4e7", "#52525b"] {
            assert!(svg.contains(&format!("=\"{colour}\"")), "{colour}: {svg}");
            assert!(include_str!("../../../style/chart.scss").contains(&format!("\"{colour}\"")), "{colour}");
        }
    }

    #[test]
    fn nothing_at_all_is_drawn_too() {
        let layers = vec![Layer { name: "booked", values: vec![0.0; 12] }];
        let svg = svg(vec!["Dec".into(); 12], layers, 440.0).unwrap();
        assert!(!svg.contains("NaN"), "{svg}");
    }
}
