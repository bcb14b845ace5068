//! The Earth's field as that of a dipole at its centre, and the coordinates that go with it.
//!
//! The functions are pure maths, one file a subject; this list says their names, units and sources.

mod field;
mod invariant_latitude;
mod l_shell;

use std::f64::consts::FRAC_PI_3;

use kamodo_plugin_api::Function;

pub use field::{EQUATORIAL_FIELD_NT, field_strength, northward_field, radial_field};
pub use invariant_latitude::invariant_latitude;
pub use l_shell::l_shell;

const KIVELSON_RUSSELL: &str = "Kivelson, M. G., and C. T. Russell (1995), Introduction to Space Physics, \
    section 6.2, Cambridge University Press; B_0 by default from IGRF-13, doi:10.1186/s40623-020-01288-x";
const MC_ILWAIN: &str = "McIlwain, C. E. (1961), Coordinates for mapping the distribution of magnetically \
    trapped particles, J. Geophys. Res., 66(11), 3681-3691, doi:10.1029/JZ066i011p03681";
const WALT: &str = "Walt, M. (1994), Introduction to Geomagnetically Trapped Radiation, chapter 3, \
    Cambridge University Press, doi:10.1017/CBO9780511524981";

kamodo_plugin_api::export! {
    name: "dipole",
    functions: [
        Function::new("dipole_B_r", radial_field)
            .argument("r", "R_E")
            .argument("mlat", "rad")
            .argument("B_0", "nT").default(EQUATORIAL_FIELD_NT)
            .unit("nT")
            .doc("Component of the dipole field away from the Earth's centre, at a magnetic latitude")
            .equation(r"- \frac{2 B_{0} \sin{\left(mlat \right)}}{r^{3}}")
            .citation(KIVELSON_RUSSELL)
            .cheap()
            .example([2.0, 1.0, 29_950.0], -6_300.514).within(1e-3),

        Function::new("dipole_B_mlat", northward_field)
            .argument("r", "R_E")
            .argument("mlat", "rad")
            .argument("B_0", "nT").default(EQUATORIAL_FIELD_NT)
            .unit("nT")
            .doc("Northward component of the dipole field, at a magnetic latitude")
            .equation(r"\frac{B_{0} \cos{\left(mlat \right)}}{r^{3}}")
            .citation(KIVELSON_RUSSELL)
            .cheap()
            .example([2.0, 1.0, 29_950.0], 2_022.757).within(1e-3),

        Function::new("dipole_B", field_strength)
            .argument("r", "R_E")
            .argument("mlat", "rad")
            .argument("B_0", "nT").default(EQUATORIAL_FIELD_NT)
            .unit("nT")
            .doc("Strength of the dipole field, at a magnetic latitude")
            .equation(r"\frac{B_{0} \sqrt{1 + 3 \sin^{2}{\left(mlat \right)}}}{r^{3}}")
            .citation(KIVELSON_RUSSELL)
            .cheap()
            .example([6.6, 0.0, 29_950.0], 104.175).within(1e-3),

        Function::new("L_shell", l_shell)
            .argument("r", "R_E")
            .argument("mlat", "rad")
            .doc("How far out, in Earth radii, the dipole's field line through a place crosses the equator")
            .equation(r"\frac{r}{\cos^{2}{\left(mlat \right)}}")
            .citation(MC_ILWAIN)
            .cheap()
            .example([6.6, 0.0], 6.6)
            .example([2.0, 1.0], 6.851).within(1e-3),

        Function::new("invariant_latitude", invariant_latitude)
            .argument("L", "")
            .unit("rad")
            .doc("Magnetic latitude at which the field line of L meets the Earth's surface")
            .equation(r"\arccos{\left(\sqrt{\frac{1}{L}} \right)}")
            .citation(WALT)
            .cheap()
            .example([4.0], FRAC_PI_3)
            .example([1.0], 0.0),
    ],
}

#[cfg(test)]
mod tests {
    #[test]
    fn examples() {
        kamodo_plugin_api::testing::check_examples(&crate::plugin().unwrap());
    }
}
