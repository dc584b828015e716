//! Pictures of what the tour did.

use crate::Failure;
use crate::npy::Held;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use stridewise::{AnyView, AnyViewMut, ElementType, Layout, Order, Strided, copy};

/// Refuses an array that cannot be shown, and makes the folder.
pub fn prepare(folder: &Path, array: &Held) -> Result<(), Failure> {
    let bytes = array.element == ElementType::of::<u8>();
    if bytes && !array.layout.is_empty() && matches!(array.layout.shape(), [_, _] | [_, _, 3]) {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        return Ok(());
    }
    let shape = array.layout.shape();
    Err(format!(
        "--png shows u8 arrays of shape (height, width) or (height, width, 3), not {} {shape:?}",
        array.items
    )
    .into())
}

/// Writes the array, its planes side by side, and the crop; gives the paths.
pub fn write(folder: &Path, array: &Held, crop: &Held) -> Result<Vec<PathBuf>, Failure> {
    let mut written = Vec::new();
    let mut save = |name: &str, view: &AnyView<'_>| {
        let path = folder.join(name);
        encode(&path, array, view).map_err(|error| format!("{}: {error}", path.display()))?;
        written.push(path);
        Ok::<(), Failure>(())
    };
    save("original.png", &array.view()?)?;
    if let [height, width, 3] = *array.layout.shape() {
        // The planes of a picture three times as wide: the same copy as in
        // the tour, but for the strides of the destination.
        let mut wide = vec![0; array.layout.nbytes()];
        let row = (3 * width) as isize;
        let columns = Layout::new(&[3, height, width], &[width as isize, row, 1], 1, 0)?;
        let planes = array.view()?.permute(&[2, 0, 1])?;
        copy(&mut AnyViewMut::new(&mut wide, array.element, columns)?, &planes)?;
        let layout = Layout::contiguous(&[height, 3 * width], 1, Order::C)?;
        save("planes.png", &AnyView::new(&wide, array.element, layout)?)?;
    }
    save("mirrored_crop.png", &crop.view()?)?;
    Ok(written)
}

fn encode(path: &Path, array: &Held, view: &AnyView<'_>) -> Result<(), Failure> {
    let packed = array.packed(view, Order::C)?;
    let shape = view.layout().shape();
    let file = BufWriter::new(File::create(path)?);
    let mut encoder = png::Encoder::new(file, u32::try_from(shape[1])?, u32::try_from(shape[0])?);
    let colour = if shape.len() == 3 { png::ColorType::Rgb } else { png::ColorType::Grayscale };
    encoder.set_color(colour);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&packed.bytes)?;
    Ok(writer.finish()?)
}
